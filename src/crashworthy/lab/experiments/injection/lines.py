"""Line breaks of a request that begin a line of their own: in a header, a mail, a log."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.core.history import SensorEvent
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.injection.attack import Attack, Evidence, Payload, Sighting, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.weaknesses.injection_formats import HEADER_INJECTION, LOG_FORGING, MAIL_HEADER_INJECTION

_ONE_LINE = frozenset({Kind.HEADER, Kind.USUAL_HEADER, Kind.COOKIE, Kind.FILE, Kind.BODY, Kind.FIELD_NAME})


class Header(Attack):
    """A line break and a header; seen from outside, by its name among the answer's headers."""

    id = "header"
    weakness = HEADER_INJECTION
    expected = "line breaks in the value of a header are refused or removed"

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One with both characters, one with the second alone."""
        if place.kind not in _ONE_LINE:
            yield Payload(f"{marker}a\r\nX-{marker}: 1")
            yield Payload(f"{marker}a\nX-{marker}: 1")

    def evidence(self, sighting: Sighting) -> Evidence | None:
        """The marked header by itself in an answer."""
        for exchange in sighting.exchanges:
            for name, value in exchange.response.headers if exchange.response else ():
                if name.lower() == f"x-{sighting.marker}":
                    return Evidence(
                        becomes="a header of its own in the answer",
                        seen=f"the marker stands as the name of a header of the answer: {name}: {value[:60]}",
                        gets="can set cookies and write a whole answer into the browser of whoever follows a link",
                        location=None,
                        impact={"read": "L", "change": "H"},
                        victim=True,
                    )
        return None

    def touched(self, sighting: Sighting) -> bool:
        """Whether a header of an answer holds the marker."""
        headers = [pair for each in sighting.exchanges if each.response for pair in each.response.headers]
        return any(sighting.marker in value.lower() for _, value in headers)


class Mail(SinkAttack):
    """A line break and a mail header."""

    id = "mail"
    weakness = MAIL_HEADER_INJECTION
    expected = "line breaks in a mail's headers are refused"
    becomes = "a header of its own in a mail"
    gets = "can send mails of their own to anybody, in the service's name"
    impact = {"change": "H"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One; with the good value before it where that is an address."""
        if place.kind not in _ONE_LINE:
            good = place.good if isinstance(place.good, str) and "@" in place.good else "a"
            yield Payload(f"{good}\nX-{marker}: 1")

    def given(self, _event: SensorEvent) -> str:
        """The mail."""
        return "of a mail that was sent"


class Log(SinkAttack):
    """A line break and a marked line. Servers' access logs are left out, as are tracebacks."""

    id = "log"
    weakness = LOG_FORGING
    expected = "line breaks are escaped before a text is logged"
    becomes = "a line of its own in the log"
    gets = "can write lines into the log that look like the service's own"
    impact = {"change": "L"}
    severity = Severity.MINOR

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One."""
        if place.kind not in _ONE_LINE:
            yield Payload(f"{marker}a\n{marker}b")

    def given(self, event: SensorEvent) -> str:
        """The record."""
        return f"of a record of the logger {event.data.get('logger')}"
