"""What every driver's hooks do around a statement."""

from __future__ import annotations

import sys

from crashworthy_sensor.context import ANONYMOUS, Exchange, current
from crashworthy_sensor.events import record, sensor_error
from crashworthy_sensor.faults import steps
from crashworthy_sensor.interleave import barrier, sleep, starting
from crashworthy_sensor.place import innermost
from crashworthy_sensor.sinks.watch import report, watch
from crashworthy_sensor.sql.statement import REDIS, text_of, understand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from crashworthy_sensor.place import Place


def before(driver: str, statement: Any) -> Exchange | None:
    """Call it, from the hook itself, before a statement is sent. Returns the exchange if a plan is armed.

    Raises what the driver would, when the plan lets this statement fail.
    """
    exchange = current.get()
    if exchange is ANONYMOUS:
        return None
    if exchange is not None and exchange.fault is not None:
        _step(exchange, driver, statement, sys._getframe(2))
        return None
    try:
        frame = sys._getframe(2)
        if watch.prefix is not None:
            _watched(driver, statement, frame)
        known = understand(statement, driver)
        place = innermost(frame)
        _note(driver, known, exchange, place)
        if exchange is None:
            starting.meet(known)
        if exchange is None or not exchange.armed:
            return None
        if known.data_write and exchange.barrier is not None:
            barrier.wait(exchange, frame)
        if exchange.sleep is not None:
            sleep.pause(exchange)
        return exchange
    except Exception:
        sensor_error(f"{driver} statement")
        return None


def _watched(driver: str, statement: Any, frame: FrameType) -> None:
    if driver == REDIS:  # arguments travel apart from the command: no text can end it
        return
    text = text_of(statement)
    if watch.sees(text):
        report("sql", text, frame, driver=driver)


def after(exchange: Exchange) -> None:
    """Call it after the statement, when `before` returned an exchange."""
    if exchange.sleep is not None:
        sleep.pause(exchange)


def note(driver: str, statement: Any) -> tuple[Exchange, Place | None] | None:
    """For drivers that are awaited: note the statement.

    Returns what `meet` needs, when a barrier may have to be awaited before it is sent; sleeps come by themselves, at
    the suspensions of the driver.
    """
    exchange = current.get()
    if exchange is ANONYMOUS:
        return None
    if exchange is not None and exchange.fault is not None:
        _step(exchange, driver, statement, sys._getframe(2))
        return None
    try:
        if watch.prefix is not None:
            _watched(driver, statement, sys._getframe(2))
        known = understand(statement, driver)
        place = innermost(sys._getframe(2))
        _note(driver, known, exchange, place)
        if exchange is None:
            starting.meet(known)
        if exchange is not None and exchange.barrier is not None and not exchange.waited and known.data_write:
            return exchange, place
    except Exception:
        sensor_error(f"{driver} statement")
    return None


async def meet(waiting: tuple[Exchange, Place | None]) -> None:
    """Await the barrier that `note` asked for."""
    try:
        await barrier.wait_async(waiting[0], waiting[1])
    except Exception:
        sensor_error("barrier")


def committed(driver: str, frame: FrameType | None = None) -> None:
    """A transaction is being committed other than by a statement."""
    _transaction("commit", driver, frame or sys._getframe(2))


def rolled_back(driver: str, frame: FrameType | None = None) -> None:
    """A transaction is being rolled back other than by a statement."""
    _transaction("rollback", driver, frame or sys._getframe(2))


def _transaction(kind: str, driver: str, frame: FrameType) -> None:
    exchange = current.get()
    if exchange is ANONYMOUS:
        return
    try:
        record(kind, f'{{"driver":"{driver}"}}', exchange, innermost(frame))
        if exchange is not None and exchange.sleep is not None and exchange.armed:
            sleep.pause(exchange)
    except Exception:
        sensor_error(f"{driver} {kind}")
    if kind == "commit":
        steps.step(exchange, kind, frame)


def _step(exchange: Exchange, driver: str, statement: Any, frame: FrameType) -> None:
    """Note a statement of a request whose plan holds a fault, and let it go wrong if it is its turn."""
    known = understand(statement, driver)
    _note(driver, known, exchange, innermost(frame))
    if known.commits:
        steps.step(exchange, "commit", frame)
    elif known.write:
        steps.step(exchange, "write", frame)


def _note(driver: str, known: Any, exchange: Exchange | None, place: Place | None) -> None:
    if known.commits:
        record("commit", f'{{"driver":"{driver}"}}', exchange, place)
    elif known.rolls_back:
        record("rollback", f'{{"driver":"{driver}"}}', exchange, place)
    else:
        write = "true" if known.write else "false"
        data = f'{{"driver":"{driver}","statement":{known.encoded},"write":{write}}}'
        record("sql", data, exchange, place)
