"""WebDAV (RFC 4918) and calendars on it (CalDAV, RFC 4791): which operations there are, and what they are sent.

Such a service has no routes to read: any path below its root may be made. Its own answer to OPTIONS says which methods
it has and which extensions (section 10.1), and to PROPFIND where a user's collections are (RFC 5397, RFC 4791 6.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crashworthy.core.history import Exchange, Response
from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.meanings import PASSWORD
from crashworthy.lab.traffic.player import Player
from crashworthy.source.schema_types import Schema

METHODS = frozenset({
    "PROPFIND", "PROPPATCH", "REPORT", "MKCOL", "MKCALENDAR", "COPY", "MOVE", "LOCK", "UNLOCK",
})  # fmt: skip
"""Those that HTTP itself does not have."""

MAKING = frozenset({"PUT", "MKCOL", "MKCALENDAR"})
"""Methods that make what their path names."""

TAKING = frozenset({"DELETE", "MOVE"})
"""Methods after which nothing is at their path."""

RELOCATING = frozenset({"COPY", "MOVE"})
"""Methods that say in a header where a thing is to be (RFC 4918, section 10.3)."""

_XML = 'application/xml; charset="utf-8"'
_CALDAV = "urn:ietf:params:xml:ns:caldav"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
# Where services that do more than this have it (RFC 6764 and custom); asked one after the other.
_ROOTS = ("/", "/.well-known/caldav", "/dav/", "/webdav/")
_USER = "crashworthy"
_NOWHERE = "crashworthy-probe"
_TIMEOUT_S = 5.0

_BODIES = {
    "PROPFIND": '<propfind xmlns="DAV:"><prop><resourcetype/><displayname/><getetag/></prop></propfind>',
    "PROPPATCH": '<propertyupdate xmlns="DAV:"><set><prop><displayname>sample</displayname></prop></set>'
    "</propertyupdate>",
    "REPORT": f'<C:calendar-query xmlns="DAV:" xmlns:C="{_CALDAV}"><prop><getetag/></prop>'
    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>',
    "MKCALENDAR": f'<C:mkcalendar xmlns="DAV:" xmlns:C="{_CALDAV}"><set><prop><displayname>sample</displayname></prop>'
    "</set></C:mkcalendar>",
    "LOCK": '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>',
}
_HEADERS: dict[str, tuple[tuple[str, Schema], ...]] = {
    "PROPFIND": (("Depth", {"const": "0"}),),
    "REPORT": (("Depth", {"const": "1"}),),
    "UNLOCK": (("Lock-Token", {"type": "string"}),),
}
_MAKE_CALENDAR = (
    f'<mkcol xmlns="DAV:" xmlns:C="{_CALDAV}"><set><prop><resourcetype><collection/><C:calendar/></resourcetype>'
    "<displayname>sample</displayname></prop></set></mkcol>"
)
_WHO = (
    f'{_HEAD}<propfind xmlns="DAV:" xmlns:C="{_CALDAV}"><prop><current-user-principal/><C:calendar-home-set/></prop>'
    "</propfind>"
)


@dataclass(frozen=True)
class _Kind:
    """What a service keeps: the names of a collection and of a thing in it, and what type such a thing has."""

    collection: str
    item: str
    media_type: str


_FILES = _Kind("collection", "{file}", "text/plain")
_EVENTS = _Kind("calendar", "{event}.ics", "text/calendar; charset=utf-8")


def dav_operations(base_url: str) -> tuple[Operation, ...]:
    """The operations of a service that answers OPTIONS as RFC 4918 asks; none where it does not."""
    player = Player(base_url, timeout_s=_TIMEOUT_S)
    for asked in _ROOTS:
        answer, root = _options(player, asked)
        features = _listed(answer, "DAV")
        if features & {"1", "2", "3"}:
            # A method that only makes things is not allowed where there is one already.
            allowed = _listed(answer, "Allow") | _listed(_options(player, f"{root}{_NOWHERE}")[0], "Allow")
            kind = _EVENTS if "calendar-access" in features and "MKCALENDAR" in allowed else _FILES
            found = _operations(root, _home(player, root), kind, allowed)
            return tuple(_extended(each) if "extended-mkcol" in features else each for each in found)
    return ()


def spoken(operation: Operation) -> Operation:
    """The operation with the body and headers that its method stands for, where it is one of WebDAV's."""
    if operation.method not in METHODS:
        return operation
    known = {each.name.lower() for each in operation.parameters}
    more = tuple(
        Parameter(name=name, where=ParameterIn.HEADER, required=True, data_schema=schema)
        for name, schema in _HEADERS.get(operation.method, ())
        if name.lower() not in known
    )
    xml = _BODIES.get(operation.method)
    body = operation.body or (
        Body(content_type=_XML, data_schema={"type": "string", "const": _HEAD + xml}) if xml else None
    )
    return operation.model_copy(update={"parameters": (*operation.parameters, *more), "body": body})


def _extended(operation: Operation) -> Operation:
    """A MKCOL for calendars says so in its body (RFC 5689)."""
    if operation.method != "MKCOL" or f"{{{_EVENTS.collection}}}" not in operation.path:
        return operation
    body = Body(content_type=_XML, data_schema={"type": "string", "const": _HEAD + _MAKE_CALENDAR})
    return operation.model_copy(update={"body": body})


def destination(path: str) -> str:
    """Where a thing that is copied or moved may go: beside itself."""
    above, _, last = path.rstrip("/").rpartition("/")
    return f"{above}/other-{last}" + ("/" if path.endswith("/") else "")


def _operations(root: str, home: str, kind: _Kind, allowed: Collection[str]) -> list[Operation]:
    inside = f"{home}{{{kind.collection}}}/"
    item = inside + kind.item
    wanted = [("PROPFIND", root), ("PROPFIND", home)]
    wanted += [(method, inside) for method in ("MKCOL", "PROPPATCH", "PROPFIND", "DELETE")]
    wanted += [(method, item) for method in ("PUT", "GET", "COPY", "MOVE", "LOCK", "UNLOCK", "DELETE")]
    if kind is _EVENTS:
        # To PUT and GET a calendar as a whole is not in the standard, but what clients call import and export.
        wanted += [(method, inside) for method in ("MKCALENDAR", "REPORT", "PUT", "GET")]
    return [spoken(_operation(*each, kind)) for each in dict.fromkeys(wanted) if each[0] in allowed]


def _operation(method: str, path: str, kind: _Kind) -> Operation:
    text: Schema = {"type": "string", "minLength": 1}
    return Operation(
        method=method,
        path=path,
        parameters=tuple(
            Parameter(name=name, where=ParameterIn.PATH, required=True, data_schema=text)
            for name in re.findall(r"\{([^{}]+)\}", path)
        ),
        body=Body(content_type=kind.media_type) if method == "PUT" else None,
        source="routes",
    )


def _options(player: Player, path: str) -> tuple[Response | None, str]:
    """The answer to OPTIONS, and the path that gave it."""
    answer = _sent(player, "OPTIONS", path).response
    moved = answer.header("Location") if answer else ""
    if answer is not None and answer.status in (301, 302, 307, 308) and moved:
        path = urlsplit(moved).path or "/"
        answer = _sent(player, "OPTIONS", path).response
    return answer, path


def _home(player: Player, root: str) -> str:
    """The path below which a user makes collections, with `{user}` for the name of a user; the root where none is."""
    headers = (("Depth", "0"), ("Authorization", f"Basic {_USER}:{PASSWORD}"))
    found = root
    for _ in range(2):
        # First the way to the user, then from there to the user's calendars.
        answer = _sent(player, "PROPFIND", found, headers, _WHO).response
        body = answer.body if answer is not None and answer.status == 207 else ""
        told = re.findall(r"<(?:\w+:)?(calendar-home-set|current-user-principal)\b[^>]*>\s*<[^>]*href>([^<]+)<", body)
        paths = [urlsplit(href.strip()).path for _, href in sorted(told)]
        own = [path for path in paths if _USER in unquote(path)]
        if not own:
            break
        found = own[0] if own[0].endswith("/") else f"{own[0]}/"
    return found.replace(_USER, "{user}")


def _sent(
    player: Player, method: str, path: str, headers: Sequence[tuple[str, str]] = (), body: str | None = None
) -> Exchange:
    step = Step(
        actor="nobody",
        operation=f"{method} {path}",
        method=method,
        path=path,
        headers=tuple(headers),
        content_type=_XML if body else None,
        body=body,
    )
    return player.play([step]).exchanges[0]


def _listed(answer: Response | None, header: str) -> frozenset[str]:
    """The members of a header that is a list."""
    values = [value for name, value in answer.headers if name.lower() == header.lower()] if answer else []
    return frozenset(member.strip() for value in values for member in value.split(",") if member.strip())
