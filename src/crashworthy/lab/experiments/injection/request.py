"""Server-side request forgery: the service connects to where a URL in the request leads, on its own machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from crashworthy.core.history import SensorEvent
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.injection.attack import Attack, Evidence, Payload, Sighting
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import LOOPBACK, MARKER, path
from crashworthy.weaknesses.injection_formats import REQUEST_FORGERY

HOST, PORT, FORM = "host", "port", "form"
# Ports that nothing of a run listens on; each payload has one of its own.
_FIRST_PORT, _PORTS = 47_000, 2_000
_METADATA = "169.254.169.254"
# Somebody's public address (RFC 2606 has no numbers to give away): no packet leaves the lab.
_PUBLIC = "93.184.215.14"
_TAKES_URLS = re.compile(
    r"url|uri|link|href|host|hook|callback|feed|src|source|image|img|avatar|icon|photo|picture|target|redirect|site"
    r"|domain|endpoint|proxy|server|address|import|fetch|page|preview|origin|upstream|remote",
    re.IGNORECASE,
)


class Forgery(Attack):
    """URLs of this machine in several spellings, a name that resolves to it, a redirect to it, and a file.

    A service that is there to call what its users name may do so, but not this machine's loopback or link-local
    addresses. The sensor sees where the connection was going; it ends at the stand-in.
    """

    id = "request"
    weakness = REQUEST_FORGERY
    expected = "addresses of the service's own machine and network are refused after they were resolved"

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """The plain one for every input; all spellings where the input looks as if it took a URL or host."""
        if place.kind in {Kind.FILE, Kind.BODY, Kind.FIELD_NAME, Kind.USUAL_HEADER}:
            return
        port = _FIRST_PORT + int(marker[3:], 36) % _PORTS
        yield _to("127.0.0.1", port, marker, "a loopback address")
        if not _takes_urls(place):
            return
        yield _to("localhost", port, marker, "a loopback name")
        yield _to(_METADATA, 80, marker, "the address of a cloud's metadata service")
        for host in ("2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0"):
            yield _to(host, port, marker, "a loopback address in another spelling")
        yield _to(f"{marker}.example.net", port, marker, "a name that resolves to loopback")
        again: Mapping[str, Json] = {HOST: "127.0.0.1", PORT: port, FORM: "a public address that redirects to loopback"}
        yield Payload(f"http://{_PUBLIC}/crashworthy-redirect/{port}/{marker}", again)
        yield Payload("file://${outside}/" + marker, {FORM: "a file: URL"})
        bare: Mapping[str, Json] = {HOST: "127.0.0.1", PORT: port, FORM: "a loopback address"}
        yield Payload(f"127.0.0.1:{port}/{marker}", bare)
        yield Payload(f"@127.0.0.1:{port}/{marker}", bare)

    def prepare(self, settings: Mapping[str, Json], outside: Path) -> None:
        """The file of the file: URL."""
        marker = str(settings[MARKER])
        (outside / marker).write_text(f"canary {marker[::-1]}\n", encoding="utf-8")

    def evidence(self, sighting: Sighting) -> Evidence | None:
        """A connection to the payload's host and port, within the request that named it; or the file opened."""
        for event in sighting.events:
            if event.kind == "outbound" and _aimed_at(event, sighting):
                return self._found(
                    sighting,
                    f"the service connected to {event.data.get('host')}:{event.data.get('port')}, which the request "
                    "named in its path part " + sighting.marker,
                    event,
                )
        for event in sighting.sinks("path"):
            if event.data.get("use") == "read" and path(event.data, sighting.settings):
                return self._found(sighting, f"the service opened {event.data.get('resolved')}", event)
        return None

    def touched(self, sighting: Sighting) -> bool:
        """Whether the service called anything within the request."""
        return any(event.kind == "outbound" for event in sighting.events)

    def _found(self, sighting: Sighting, seen: str, event: SensorEvent) -> Evidence:
        form = sighting.text(FORM)
        # Where the service's own administrator sends it is part of running it.
        trusted = any(exchange.actor == "admin" for exchange in sighting.exchanges)
        file = form == "a file: URL"
        return Evidence(
            becomes=f"the address of a request that the service makes, also where it is {form}",
            seen=seen,
            gets="can read the service's files" if file else "can reach what only the service's machine can reach",
            location=event.location,
            impact={"read": "H"} if file else {"read": "L", "change": "L", "beyond": "H"},
            severity=Severity.MINOR if trusted and not file else None,
        )


def _to(host: str, port: int, marker: str, form: str) -> Payload:
    where = host if port == 80 else f"{host}:{port}"
    return Payload(f"http://{where}/{marker}", {HOST: host.strip("[]"), PORT: port, FORM: form})


def _aimed_at(event: SensorEvent, sighting: Sighting) -> bool:
    host, wanted = str(event.data.get("host")), sighting.text(HOST)
    same = host == wanted or (host in LOOPBACK and wanted != _METADATA and not wanted.endswith(".example.net"))
    return same and bool(wanted) and event.data.get("port") == sighting.settings.get(PORT)


def _takes_urls(place: Input) -> bool:
    good = place.good if isinstance(place.good, str) else ""
    return bool(_TAKES_URLS.search(place.name)) or "://" in good or (place.kind is Kind.PATH and "." in good)
