"""What is watched for, and how it is reported."""

from __future__ import annotations

import sys

from crashworthy_sensor.context import ANONYMOUS, current
from crashworthy_sensor.events import encode, record, sensor_error
from crashworthy_sensor.place import innermost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

MAX_TEXT = 20_000
MAX_LOOKED_AT = 1_000_000


class Watch:
    """`prefix` is the beginning of the marked words; None while nobody asked."""

    __slots__ = ("prefix",)

    def __init__(self) -> None:
        self.prefix: str | None = None

    def sees(self, text: Any) -> bool:
        """Whether a marked word stands in a text (or bytes); services change the case of what they get."""
        if self.prefix is None:
            return False
        if isinstance(text, bytes | bytearray):
            return self.prefix.encode() in bytes(text[:MAX_LOOKED_AT]).lower()
        return isinstance(text, str) and self.prefix in text[:MAX_LOOKED_AT].lower()


watch = Watch()


def report(sink: str, text: Any, frame: FrameType | None = None, **data: Any) -> None:
    """Report a sink that was given a marked word. Never raises."""
    try:
        exchange = current.get()
        if exchange is ANONYMOUS:
            exchange = None
        place = innermost(frame or sys._getframe(1))
        event = {"sink": sink, "text": as_text(text)[:MAX_TEXT], **data}
        record("sink", encode(event), exchange, place, urgent=exchange is None)
    except Exception:
        sensor_error(f"sink {sink}")


def as_text(value: Any) -> str:
    """Text of text, bytes or a path."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    if hasattr(value, "__fspath__"):
        return as_text(value.__fspath__())
    return str(value)
