"""Random sleeps at lines of own code: reaches races between two lines that touch nothing but memory."""

from __future__ import annotations

import time

from ..context import Exchange
from . import running_loop
from .sleep import draw


def pause(exchange: Exchange) -> None:
    """Sleep in a thread, at a random share of the lines; not at all where that would block an event loop."""
    if running_loop() is None:
        seconds = draw(exchange, exchange.line)
        if seconds > 0:
            time.sleep(seconds)
