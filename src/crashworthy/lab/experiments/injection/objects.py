"""Unsafe deserialisation: a document of the request that names the classes of the objects to be made of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from crashworthy.core.history import SensorEvent
from crashworthy.core.value import Json
from crashworthy.lab.experiments.injection.attack import Payload, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.weaknesses.injection_formats import UNSAFE_DESERIALISATION

_FORM = "application/x-www-form-urlencoded"


class Unpickled(SinkAttack):
    """A pickle, and a YAML document with a Python tag, that name a class of a module that does not exist.

    Looking for it ends in an ImportError: nothing is made or run. An unpickler that allows certain classes refuses
    before it looks, and a safe YAML loader knows no such tag.
    """

    id = "unpickled"
    weakness = UNSAFE_DESERIALISATION
    expected = "documents from outside are read by a parser that makes plain values only"
    becomes = "the name of a class of which the service makes an object"
    gets = "can run any code inside the service: making an object of a chosen class calls it"
    impact = {"read": "H", "change": "H", "stop": "H", "beyond": "H"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """As bytes where bytes go, and in Base64 and as text where text goes."""
        pickled = f"c{marker}b\nx\n.".encode()
        document = f"!!python/object/apply:{marker}b.x []\n"
        encoded = base64.b64encode(pickled).decode("ascii")
        if place.kind is Kind.BODY:
            yield from (Payload(each) for each in _bodies(pickled, encoded, document, place))
        elif place.kind is Kind.FILE:
            yield Payload({"base64": encoded})
            yield Payload({"content": document})
        elif place.kind not in {Kind.FIELD_NAME, Kind.USUAL_HEADER, Kind.FILE_NAME}:
            yield Payload(encoded)
            if place.kind not in {Kind.COOKIE, Kind.HEADER, Kind.PATH}:
                yield Payload(document)
                yield Payload(pickled.hex())

    def given(self, event: SensorEvent) -> str:
        """What was looked for."""
        return "of what the service looked for" if event.data.get("sink") == "import" else "of what it unpickled"


def _bodies(pickled: bytes, encoded: str, document: str, place: Input) -> Iterator[dict[str, Json]]:
    """Whole bodies: of the type that the request has, and of the types that say what they are."""
    kind = place.step.content_type or "application/octet-stream"
    if kind == _FORM or kind.startswith("multipart/"):
        return
    raw = base64.b64encode(pickled).decode("ascii")
    yield {"raw_body": raw, "content_type": "application/octet-stream"}
    yield {"body": encoded, "content_type": "text/plain"}
    yield {"body": document, "content_type": "application/yaml"}
