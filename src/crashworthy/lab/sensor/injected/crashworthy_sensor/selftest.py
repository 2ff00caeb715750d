"""Does each hook really fire here? Only what proved itself is reported as working."""

from __future__ import annotations

import sys
import threading

from crashworthy_sensor import clock, frameworks, imports, lines, outbound, sql
from crashworthy_sensor.context import Exchange, current
from crashworthy_sensor.events import encode, record, sensor_error
from crashworthy_sensor.faults import steps
from crashworthy_sensor.frameworks import wsgi
from crashworthy_sensor.interleave import barrier, sleep
from crashworthy_sensor.place import own_frames
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

_probe = "def probe():\n    first = 1\n    return first\ndef fail():\n    raise ValueError\n"
_probe_file = "__crashworthy_self_test__.py"
_compiled: list[CodeType] = []
_last: dict[str, bool] = {}


def hello(*, always: bool = False) -> None:
    """Test all hooks and tell the engine, if there is something new to tell."""
    global _last
    # A request may be under way: modules are also imported by handlers.
    previous = current.get()
    current.set(None)
    try:
        hooks = {name: _safely(name, test) for name, test in TESTS.items()}
    finally:
        current.set(previous)
    if hooks == _last and not always:
        return
    _last = hooks
    data = {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "hooks": hooks,
        "patched": sorted(imports.patched()),
    }
    record("hello", encode(data), None, urgent=True)


def _safely(name: str, test: Callable[[], bool]) -> bool:
    try:
        return test()
    except Exception:
        sensor_error(f"self-test {name}")
        return False


def _in_exchange(exchange: Exchange, function: Callable[[], object]) -> None:
    previous = current.get()
    current.set(exchange)
    try:
        function()
    finally:
        current.set(previous)


def _own_code() -> dict[str, Callable[[], int]]:
    """Functions that claim to be of the service."""
    # Compiled once: each forked copy tests itself again.
    if not _compiled:
        _compiled.append(compile(_probe, f"{settings.root}/{_probe_file}", "exec"))
    namespace: dict[str, Callable[[], int]] = {}
    exec(_compiled[0], namespace)  # noqa: S102 - a constant of ours
    return namespace


def _kinds(exchange: Exchange) -> list[str]:
    return [line.split('"kind":"', 1)[1].split('"', 1)[0] for line in exchange.buffer]


def _requests() -> bool:
    """A framework or server was patched, and an application within our wrapper sees a request without the header."""
    if imports.patched().isdisjoint(frameworks.MODULES):
        return False
    seen: list[bool] = []

    def application(environ: dict[str, str], _start_response: object) -> list[bytes]:
        exchange = current.get()
        seen.append("HTTP_X_CRASHWORTHY" not in environ and exchange is not None and exchange.anonymous)
        return []

    # Without a header's id: nothing is to be sent for it.
    wsgi.call(application, {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda *_: None)
    return seen == [True]


def _sql() -> bool:
    """A driver was patched; sqlite3, where it is there, reports a statement."""
    found = imports.patched() & sql.MODULES
    if "sqlite3.dbapi2" not in found:
        return bool(found)
    exchange = Exchange("self-test", {})

    def select() -> None:
        connection = sys.modules["sqlite3.dbapi2"].connect(":memory:")
        try:
            connection.execute("SELECT 1").fetchone()
        finally:
            connection.close()

    _in_exchange(exchange, select)
    return _kinds(exchange) == ["sql"]


def _barrier() -> bool:
    """Two threads meet."""
    meeting = barrier.Barrier("self-test", 2)
    event = threading.Event()
    first = meeting.arrive(event.set)
    second = meeting.arrive(event.set)
    return not first and second and event.is_set() and meeting.outcome == "full"


def _sleep() -> bool:
    """A plan draws sleeps, within its limits."""
    exchange = Exchange("self-test", {"sleep": {"seed": 1, "max_ms": 2}})
    drawn = [sleep.draw(exchange, exchange.sleep) for _ in range(8)]
    return max(drawn) > 0 and all(0 <= seconds <= 0.002 for seconds in drawn)


def _faults() -> bool:
    """The second of two steps fails, and only that one."""
    exchange = Exchange("self-test", {"fault": {"step": 2, "how": "fail"}})
    steps.step(exchange, "file", None)
    try:
        steps.step(exchange, "file", None)
    except OSError:
        return _kinds(exchange) == ["fault"]
    return False


def _lines() -> bool:
    """The lines of a function that claims to be own code are seen."""
    if not settings.root:
        return False
    exchange = Exchange("self-test", {"coverage": True})
    if not lines.arm(exchange):
        return False
    try:
        _in_exchange(exchange, _own_code()["probe"])
    finally:
        lines.disarm(exchange)
    return exchange.lines == {_probe_file: {2, 3}}


_clock_works: list[bool] = []


def _clock() -> bool:
    """A shifted clock is seen within a request and not outside; asked once, because all others see the change."""
    if not _clock_works:
        _clock_works.append(clock.proven())
    return _clock_works[0]


def _exceptions() -> bool:
    """A framework or server was patched, and an own frame is found in a traceback."""
    if imports.patched().isdisjoint(frameworks.MODULES) or not settings.root:
        return False
    try:
        _own_code()["fail"]()
    except ValueError as error:
        return own_frames(error.__traceback__) == [(_probe_file, 5, "fail")]
    return False


TESTS: dict[str, Callable[[], bool]] = {
    "sensor": lambda: True,
    "requests": _requests,
    "sql": _sql,
    "barrier": _barrier,
    "sleep": _sleep,
    "faults": _faults,
    "clock": _clock,
    "line": _lines,
    "coverage": _lines,
    "outbound": outbound.proven,
    "exceptions": _exceptions,
}
