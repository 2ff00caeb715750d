"""What all frameworks share: begin and end an exchange around an application's call."""

from __future__ import annotations

from crashworthy_sensor import lines
from crashworthy_sensor.context import ANONYMOUS, Exchange, current, parse_header
from crashworthy_sensor.events import begin, end, sensor_error
from crashworthy_sensor.interleave import barrier


def enter(header: str | None, method: str, path: str) -> tuple[Exchange | None, Exchange | None]:
    """An application was called: the exchange it begins, if any, and the one to set again afterwards.

    Without a header, a call inside an exchange belongs to it (an application within an application); any other is
    a request that nobody marked.
    """
    previous = current.get()
    if header is None:
        if previous is None or (previous.depth == 0 and not previous.anonymous):
            current.set(ANONYMOUS)
        return None, previous
    try:
        exchange = parse_header(header)
        if exchange is None:
            return None, previous
        current.set(exchange)
        exchange.depth += 1
        begin(exchange, method, path)
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
    try:
        if exchange.coverage or exchange.line:
            lines.disarm(exchange)
        if exchange.armed:
            barrier.leave(exchange)
        end(exchange, status)
    except Exception:
        sensor_error("request end")


def restore(exchange: Exchange | None, previous: Exchange | None) -> None:
    """The application's call is over: the thread or task is free for something else."""
    if exchange is not None:
        exchange.depth -= 1
    current.set(previous)
