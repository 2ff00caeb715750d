"""What all frameworks share: begin and end an exchange around an application's call."""

from __future__ import annotations

from crashworthy_sensor import clock, lines, outbound, routes, sinks
from crashworthy_sensor.context import ANONYMOUS, Exchange, current, parse_header
from crashworthy_sensor.events import begin, end, sensor_error
from crashworthy_sensor.faults import steps
from crashworthy_sensor.interleave import barrier, turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def enter(
    header: str | None, method: str, path: str, application: Any = None
) -> tuple[Exchange | None, Exchange | None]:
    """The outermost application was called: the exchange it begins, if any, and the one to set again afterwards.

    Without a header of the engine it is a request that nobody marked.
    """
    previous = current.get()
    if header is None:
        current.set(ANONYMOUS)
        return None, previous
    try:
        exchange = parse_header(header)
        current.set(exchange or ANONYMOUS)
        if exchange is None:
            return None, previous
        if exchange.watch is not None:
            sinks.arm(exchange.watch)
        if exchange.strict_tls:
            outbound.be_strict()
        if exchange.shift:
            clock.install()
        if exchange.zone is not None:
            clock.move_to(exchange.zone)
        begin(exchange, method, path)
        if exchange.routes and application is not None:
            routes.tell(application, exchange)
        if exchange.coverage or exchange.line:
            lines.arm(exchange)
        return exchange, previous
    except Exception:
        sensor_error("request start")
        return None, previous


def leave(exchange: Exchange, status: int | None) -> None:
    """The application has given its answer."""
    if exchange.ended:
        return
    # What its frames hold is the service's, which may count on its end: a context may live as long as a connection.
    exchange.exception = None
    try:
        if exchange.coverage or exchange.line:
            lines.disarm(exchange)
        if exchange.armed:
            barrier.leave(exchange)
            turns.leave(exchange)
            steps.at_answer(exchange)
        end(exchange, status)
    except Exception:
        sensor_error("request end")
