"""The lasting steps of a request (changing statements, commits, files), counted; one of them goes wrong.

The plan `{"step": n, "how": h}` names the n-th step, counted from 1 over all kinds, or "answer", the moment at which
the answer is complete and not yet sent. `h` is "fail" (a statement of SQLite or a file is not written and raises;
what a failed commit leaves, and a server's failed statement, differs between databases, and is not played), "die"
(the process is killed before the step) or "tear" (a file is opened, which empties it, and the process is killed
before anything is written).
"""

from __future__ import annotations

import errno
import os
import signal
import sys

from crashworthy_sensor.context import Exchange
from crashworthy_sensor.events import encode, flush, record
from crashworthy_sensor.place import innermost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

ANSWER = "answer"

_MESSAGE = "crashworthy: this step was made to fail"


def step(exchange: Exchange | None, kind: str, frame: FrameType | None) -> bool:
    """Call it before each lasting step. Raises or kills where the plan says so.

    True when the process is to be killed by `die` as soon as the step has begun.
    """
    if exchange is None or exchange.fault is None:
        return False
    exchange.steps += 1
    if exchange.fault.get("step") != exchange.steps:
        return False
    how = exchange.fault.get("how")
    _tell(exchange, kind, str(how), frame)
    if how == "fail":
        raise _error(kind)
    flush(exchange)
    if how == "tear" and kind == "file":
        return True
    die()
    return False


def at_answer(exchange: Exchange) -> None:
    """The answer is complete; nothing of it has been sent."""
    if exchange.fault is not None and exchange.fault.get("step") == ANSWER:
        _tell(exchange, ANSWER, "die", None)
        flush(exchange)
        die()


def die() -> None:
    """As by `kill -9`, an out-of-memory killer or a lost machine: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _tell(exchange: Exchange, kind: str, how: str, frame: FrameType | None) -> None:
    record("fault", encode({"step": exchange.steps, "kind": kind, "how": how}), exchange, innermost(frame))


def _error(kind: str) -> Exception:
    if kind == "file":
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    error: Exception = sys.modules["sqlite3"].OperationalError(_MESSAGE)
    return error
