"""Lines of own code that a request executes: for coverage, and to sleep at.

On 3.12 and later by `sys.monitoring`: own code objects get local LINE events when they first start, so that all other
code runs at full speed. On 3.11 by `sys.settrace` in the threads that run the request.
"""

from __future__ import annotations

import sys
import threading

from crashworthy_sensor.context import Exchange, current
from crashworthy_sensor.interleave import line
from crashworthy_sensor.place import own_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

# Typed loosely, because the type checker reads this as 3.11, which has none.
monitoring: Any = getattr(sys, "monitoring", None)
TOOL_IDS = (4, 3)
TOOL_NAME = "crashworthy"


def executed(code: CodeType, number: int) -> bool:
    """A line of own code runs. False when its next execution is of no interest to the running request."""
    exchange = current.get()
    if exchange is None or exchange.ended or not (exchange.coverage or exchange.line):
        return True
    if exchange.coverage:
        file = own_file(code.co_filename)
        if file:
            exchange.lines.setdefault(file, set()).add(number)
    if exchange.line:
        line.pause(exchange)
        return True
    return False


class _Monitoring:
    """The way of 3.12 and later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: set[int] = set()
        self._sleeping = 0
        self._tool: int | None = None

    def arm(self, exchange: Exchange) -> bool:
        with self._lock:
            if self._tool is None and not self._claim():
                return False
            assert self._tool is not None
            self._armed.add(id(exchange))
            self._sleeping += bool(exchange.line)
            if len(self._armed) == 1:
                monitoring.set_events(self._tool, monitoring.events.PY_START)
            # What an earlier request has seen shall be seen again.
            monitoring.restart_events()
        return True

    def disarm(self, exchange: Exchange) -> None:
        with self._lock:
            if id(exchange) not in self._armed:
                return
            self._armed.discard(id(exchange))
            self._sleeping -= bool(exchange.line)
            if not self._armed and self._tool is not None:
                monitoring.set_events(self._tool, 0)

    def enter_thread(self) -> None:
        """Monitoring covers all threads."""

    def leave_thread(self) -> None:
        """Monitoring covers all threads."""

    def after_fork(self) -> None:
        self._lock = threading.Lock()
        self._armed.clear()
        self._sleeping = 0
        if self._tool is not None:
            monitoring.set_events(self._tool, 0)

    def _claim(self) -> bool:
        for tool in TOOL_IDS:
            if monitoring.get_tool(tool) is None:
                monitoring.use_tool_id(tool, TOOL_NAME)
                self._tool = tool
                monitoring.register_callback(tool, monitoring.events.PY_START, self._on_start)
                monitoring.register_callback(tool, monitoring.events.LINE, self._on_line)
                return True
        return False

    def _on_start(self, code: CodeType, _offset: int) -> Any:
        if own_file(code.co_filename) and self._tool is not None:
            monitoring.set_local_events(self._tool, code, monitoring.events.LINE)
        return monitoring.DISABLE

    def _on_line(self, code: CodeType, number: int) -> Any:
        if not self._armed:
            return monitoring.DISABLE
        # Disabled is a line for everybody, so only while nobody else needs it.
        if not executed(code, number) and len(self._armed) == 1 and not self._sleeping:
            return monitoring.DISABLE
        return None


class _Tracing:
    """The way of 3.11."""

    def __init__(self) -> None:
        self._armed: set[int] = set()

    def arm(self, exchange: Exchange) -> bool:
        if sys.gettrace() not in (None, self._on_call):
            return False  # a debugger is there first
        self._armed.add(id(exchange))
        sys.settrace(self._on_call)
        return True

    def disarm(self, exchange: Exchange) -> None:
        self._armed.discard(id(exchange))
        if not self._armed:
            self.leave_thread()

    def enter_thread(self) -> None:
        """Tracing is per thread: called in each thread that works for a request."""
        if self._armed and sys.gettrace() is None:
            sys.settrace(self._on_call)

    def leave_thread(self) -> None:
        if sys.gettrace() == self._on_call:
            sys.settrace(None)

    def after_fork(self) -> None:
        self._armed.clear()
        self.leave_thread()

    def _on_call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        if not self._armed:
            sys.settrace(None)  # the request that armed it has ended in another thread
            return None
        if not own_file(frame.f_code.co_filename):
            return None
        exchange = current.get()
        if exchange is None or exchange.ended or not (exchange.coverage or exchange.line):
            return None
        return self._on_line

    def _on_line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            executed(frame.f_code, frame.f_lineno)
        return self._on_line


_backend: _Monitoring | _Tracing = _Monitoring() if sys.version_info >= (3, 12) else _Tracing()

arm = _backend.arm
disarm = _backend.disarm
enter_thread = _backend.enter_thread
leave_thread = _backend.leave_thread
after_fork = _backend.after_fork
