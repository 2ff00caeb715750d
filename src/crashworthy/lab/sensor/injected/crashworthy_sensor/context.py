"""The request that code runs for: an `Exchange` in a context variable."""

from __future__ import annotations

import json
import time
from contextvars import ContextVar
from json.encoder import encode_basestring_ascii as quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from random import Random
    from typing import Any

HEADER = "x-crashworthy"
ENVIRON_KEY = "HTTP_X_CRASHWORTHY"
MAX_HEADER = 8192
# All sleeps of one request together, so that a plan cannot hold it for ever.
MAX_PAUSE_S = 2.0


class Exchange:
    """One request of the engine: its plan and the events that wait to be sent.

    `writes` counts the data-changing statements, `steps` all lasting steps (faults.steps), `pause_left` the seconds of
    sleep it may still be given, `shift` the seconds by which its clock is ahead, `zone` the time zone that the process
    takes on with it, `quick_hashes` whether its passwords are hashed with the fewest rounds (hashing). `armed` is false
    while no plan is to be followed, so that hooks can leave at once.
    """

    __slots__ = (
        "anonymous",
        "armed",
        "barrier",
        "buffer",
        "coverage",
        "dropped",
        "ended",
        "exception",
        "fault",
        "flushed_at",
        "id",
        "line",
        "lines",
        "pause_left",
        "quick_hashes",
        "quoted_id",
        "random",
        "reported",
        "routes",
        "shift",
        "sleep",
        "started",
        "steps",
        "strict_tls",
        "turns",
        "waited",
        "watch",
        "writes",
        "zone",
    )

    def __init__(self, exchange_id: str, plan: dict[str, Any], *, anonymous: bool = False) -> None:
        self.id = exchange_id
        self.quoted_id = quote(exchange_id)
        self.anonymous = anonymous
        self.barrier = _section(plan, "barrier")
        self.sleep = _section(plan, "sleep")
        self.line = _section(plan, "line")
        self.turns = _section(plan, "turns")
        self.fault = _section(plan, "fault")
        clock = _section(plan, "clock") or {}
        self.shift = _seconds(clock)
        self.zone = clock["zone"] if isinstance(clock.get("zone"), str) else None
        self.coverage = plan.get("coverage") is True
        self.routes = plan.get("routes") is True
        self.quick_hashes = plan.get("quick_hashes") is True
        self.strict_tls = plan.get("strict_tls") is True
        watch = plan.get("watch")
        self.watch = watch if isinstance(watch, str) and watch else None
        self.armed = bool(self.barrier or self.sleep or self.line or self.fault or self.turns)
        self.buffer: list[str] = []
        self.dropped = 0
        self.started = self.flushed_at = time.monotonic()
        self.ended = False
        self.waited = False
        self.writes = 0
        self.steps = 0
        self.pause_left = MAX_PAUSE_S
        self.lines: dict[str, set[int]] = {}
        self.exception: BaseException | None = None
        self.reported: int | None = None
        self.random: Random | None = None
        if self.sleep or self.line:
            # Imported when it is needed: it brings hashlib along.
            import random

            # The id keeps two requests of one plan from sleeping in step.
            seed = (self.sleep or self.line or {}).get("seed", 0)
            self.random = random.Random(f"{seed}:{exchange_id}")  # noqa: S311 - repeatable by design

    @property
    def paced(self) -> bool:
        """Whether its tasks are to pause or to take turns at their awaits."""
        return bool(self.sleep or self.line or self.turns)


def _section(plan: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = plan.get(name)
    return value if isinstance(value, dict) else None


def _seconds(clock: dict[str, Any]) -> float:
    value = clock.get("shift_s")
    return float(value) if isinstance(value, (int, float)) else 0.0


# What runs for a request that the engine did not mark: nothing of it is reported but exceptions and outbound calls.
ANONYMOUS = Exchange("", {}, anonymous=True)

current: ContextVar[Exchange | None] = ContextVar("crashworthy_exchange", default=None)


def within_request() -> bool:
    """Whether a request is being served here already: an application within it is a part of it.

    Not so when that one has ended: a server may begin the next request of a connection in its context.
    """
    exchange = current.get()
    return exchange is not None and not exchange.ended


def parse_header(value: str) -> Exchange | None:
    """The exchange that the engine's header describes; None when it is not the engine's."""
    if len(value) > MAX_HEADER:
        return None
    try:
        plan = json.loads(value)
    except ValueError:
        return None
    if not isinstance(plan, dict) or not isinstance(plan.get("id"), str):
        return None
    return Exchange(plan["id"], plan)
