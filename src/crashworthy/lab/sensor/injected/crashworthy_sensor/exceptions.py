"""Exceptions that reached the top of a framework, with the service's own frames."""

from __future__ import annotations

from crashworthy_sensor.context import ANONYMOUS, Exchange, current
from crashworthy_sensor.events import MAX_TEXT, encode, record, sensor_error
from crashworthy_sensor.place import own_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from crashworthy_sensor.place import Place

MAX_CHAIN = 10
_MARK = "__crashworthy_reported__"


def report(error: BaseException | None, *, handled: bool = False) -> None:
    """Emit an `exception` event, once per exception and exchange.

    `handled` says that the service turned the exception into an answer of its own.
    """
    if not isinstance(error, Exception):
        return
    try:
        exchange = current.get()
        shown = _cause(error) if handled else _sole(error)
        if exchange is None or exchange is ANONYMOUS:
            # It passes several of our hooks on its way up.
            if getattr(shown, _MARK, False):
                return
            setattr(shown, _MARK, True)
        else:
            if exchange.reported in (id(error), id(shown)):
                return
            exchange.reported = id(shown)
            if not exchange.ended:
                # Kept alive, so that no other exception gets the same id.
                exchange.exception = shown
        frames = _frames(shown)
        data = {
            "type": type(shown).__name__,
            "message": _text(shown),
            "frames": frames,
            "handled": handled,
        }
        record("exception", encode(data), exchange, frames[-1] if frames else None, urgent=True)
    except Exception:
        sensor_error("exception")


def remember(error: BaseException) -> None:
    """Keep an exception that a handler of the service may turn into a 5xx."""
    exchange = current.get()
    if exchange is not None and exchange is not ANONYMOUS and not exchange.ended:
        exchange.exception = error


def report_answered(exchange: Exchange, handling: BaseException | None) -> None:
    """A 5xx is being answered: report the exception that is being handled, or was, in this exchange."""
    if exchange.reported is None:
        report(handling or exchange.exception, handled=True)


def _cause(error: Exception) -> Exception:
    """Behind an HTTP error that was raised on purpose: the exception that made the service raise it."""
    found = error
    for _ in range(MAX_CHAIN):
        if not (hasattr(found, "status_code") or hasattr(found, "get_response")):
            break
        inner = found.__cause__ or found.__context__
        if not isinstance(inner, Exception):
            break
        found = inner
    return _sole(found)


def _sole(error: Exception) -> Exception:
    """The exception itself rather than the group of one that a task group makes of it."""
    found = error
    for _ in range(MAX_CHAIN):
        if not isinstance(found, ExceptionGroup) or len(found.exceptions) != 1:
            break
        found = found.exceptions[0]
    return found


def _frames(error: Exception) -> list[Place]:
    """Own frames, innermost last; those of what it was raised from, where it has none itself."""
    found: BaseException | None = error
    for _ in range(MAX_CHAIN):
        if found is None:
            break
        frames = own_frames(found.__traceback__)
        if frames:
            return frames
        found = found.__cause__ or found.__context__
    return []


def _text(error: Any) -> str:
    try:
        return str(error)[:MAX_TEXT]
    except Exception:
        return ""
