"""Events: encoded as lines of JSON, kept with their exchange, sent in one write at its end."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from json.encoder import encode_basestring_ascii as quote

from crashworthy_sensor.context import ANONYMOUS, Exchange, current
from crashworthy_sensor.place import innermost
from crashworthy_sensor.wire import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from crashworthy_sensor.place import Place

MAX_TEXT = 500
MAX_EVENTS = 3000
MAX_AGE_S = 0.1
MAX_ERRORS = 20
# Outside requests a service may poll a database for ever: a burst at its start, then this many a second.
IDLE_BURST = 2000.0
IDLE_RATE = 50.0

_monotonic = time.monotonic
_places: dict[Place, str] = {}
_at_end: list[Callable[[], None]] = []
_NO_PLACE = '"file":null,"line":null,"symbol":null'


class _State:
    def __init__(self) -> None:
        self.pid = os.getpid()
        self.open: dict[int, Exchange] = {}
        self.errors = 0
        self.idle_credit = IDLE_BURST
        self.idle_at = _monotonic()


_state = _State()


def record(
    kind: str,
    data: str,
    exchange: Exchange | None,
    place: Place | None = None,
    *,
    urgent: bool = False,
) -> None:
    """Note an event; `data` is its JSON object as text. `urgent` sends it, and all before it, at once."""
    now = _monotonic()
    known = exchange is not None and not exchange.anonymous
    if place is None:
        encoded_place = _NO_PLACE
    else:
        try:
            encoded_place = _places[place]
        except KeyError:
            encoded_place = _encode_place(place)
    line = (
        f'{{"at":{now:.6f},"kind":"{kind}","exchange":{exchange.quoted_id if known and exchange else "null"},'
        f'"pid":{_state.pid},"thread":{quote(threading.current_thread().name)},{encoded_place},"data":{data}}}\n'
    )
    if known and exchange is not None and not exchange.ended:
        if len(exchange.buffer) >= MAX_EVENTS:
            if not urgent:
                exchange.dropped += 1
                return
            flush(exchange)
        exchange.buffer.append(line)
        if urgent or now - exchange.flushed_at > MAX_AGE_S:
            flush(exchange)
    elif known or urgent or _may_speak(now):
        wire.send(line)


def record_here(kind: str, data: str, *, urgent: bool = False, frame: FrameType | None = None) -> None:
    """Note an event of the running request at the innermost own frame."""
    exchange = current.get()
    if exchange is ANONYMOUS and not urgent:
        return
    record(kind, data, exchange, innermost(frame or sys._getframe(1)), urgent=urgent)


def begin(exchange: Exchange, method: str, path: str) -> None:
    """A request of the engine reached the application."""
    _state.open[id(exchange)] = exchange
    record("request-start", f'{{"method":{quote(method[:16])},"path":{quote(path[:MAX_TEXT])}}}', exchange)


def at_end(listener: Callable[[], None]) -> None:
    """Call `listener` each time the application is done with a request."""
    _at_end.append(listener)


def end(exchange: Exchange, status: int | None) -> None:
    """The application is done with the request; what is still recorded for it is sent at once."""
    if exchange.ended:
        return
    if exchange.lines:
        record("lines", encode({"files": {file: sorted(lines) for file, lines in exchange.lines.items()}}), exchange)
    if exchange.dropped:
        record("sensor-error", encode({"where": "events", "message": f"{exchange.dropped} dropped"}), exchange)
    seconds = _monotonic() - exchange.started
    record("request-end", f'{{"status":{status or "null"},"seconds":{seconds:.6f}}}', exchange)
    exchange.ended = True
    flush(exchange)
    _state.open.pop(id(exchange), None)
    for listener in _at_end:
        listener()


def flush(exchange: Exchange) -> None:
    """Send what the exchange has collected."""
    lines, exchange.buffer = exchange.buffer, []
    exchange.flushed_at = _monotonic()
    if lines:
        wire.send("".join(lines))


def flush_all() -> None:
    """At the end of the process: send what all requests collected."""
    for exchange in list(_state.open.values()):
        flush(exchange)


def sensor_error(where: str) -> None:
    """Report the exception that the sensor just caught in itself."""
    if _state.errors >= MAX_ERRORS:
        return
    _state.errors += 1
    error = sys.exc_info()[1]
    message = f"{type(error).__name__}: {error}"[:MAX_TEXT]
    record("sensor-error", encode({"where": where, "message": message}), None, urgent=True)


def after_fork() -> None:
    """In a forked child: the parent's events are the parent's."""
    global _state
    for exchange in _state.open.values():
        exchange.buffer = []
    _state = _State()
    wire.reset()


def encode(value: Any) -> str:
    """`value` as compact JSON."""
    return json.dumps(value, separators=(",", ":"), default=str)


def _encode_place(place: Place) -> str:
    if len(_places) > 5000:
        _places.clear()
    file, line, symbol = place
    encoded = _places[place] = f'"file":{quote(file)},"line":{line},"symbol":{quote(symbol)}'
    return encoded


def _may_speak(now: float) -> bool:
    credit = min(IDLE_BURST, _state.idle_credit + (now - _state.idle_at) * IDLE_RATE)
    _state.idle_at = now
    _state.idle_credit = max(0.0, credit - 1.0)
    return credit >= 1.0
