"""Random sleeps at lines of own code: reaches races between two lines that touch nothing but memory."""

from __future__ import annotations

import time

from crashworthy_sensor.context import Exchange
from crashworthy_sensor.interleave import running_loop
from crashworthy_sensor.interleave.sleep import draw


def pause(exchange: Exchange) -> None:
    """Sleep in a thread, at a random share of the lines; not at all where that would block an event loop."""
    if running_loop() is None:
        seconds = draw(exchange, exchange.line)
        if seconds > 0:
            time.sleep(seconds)
