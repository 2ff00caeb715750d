"""The time of day as one request sees it: shifted by the seconds that its plan `{"clock": {"shift_s": n}}` says.

Nothing is touched before the first such plan. Then `time.time` and its kin, and what asks the C library within
`datetime` and `date`, ask for the plan of the request they run in; all others see the time as it is. Names that modules
have imported (`from time import time`) are bound anew. Not shifted: `time.monotonic`, by which event loops and locks
wait, functions that are held elsewhere, such as default arguments, and the clocks of databases.

Where virtual time has passed (`interleave.virtual`), the whole process is ahead by as much, and stays so.

`"zone"` beside it is the time zone of a server far away: the process as a whole is there from then on.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import os
import sys
import time

from crashworthy_sensor.context import current
from crashworthy_sensor.events import sensor_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NS = 1_000_000_000
_TIMES = ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")
_real: dict[str, Any] = {name: getattr(time, name) for name in _TIMES}
# Classes written in C take no new attributes; their own dictionaries do.
_METHODS = (
    (datetime.datetime, "now"),
    (datetime.datetime, "utcnow"),
    (datetime.datetime, "today"),
    (datetime.date, "today"),
)
_real_methods: dict[tuple[type, str], Any] = {(owner, name): owner.__dict__.get(name) for owner, name in _METHODS}
_installed = False
_passed_s = 0.0


def shift() -> float:
    """Seconds by which the present request's clock is ahead."""
    exchange = current.get()
    return _passed_s + (exchange.shift if exchange is not None else 0.0)


def put_forward(seconds: float) -> None:
    """Let so many seconds have passed, for the process as a whole."""
    global _passed_s
    install()
    _passed_s += seconds


def install() -> None:
    """Put the shifted clock in place, once."""
    global _installed
    if _installed:
        return
    _installed = True
    for name, function in _SHIFTED.items():
        setattr(time, name, function)
    for (owner, name), real in _real_methods.items():
        if real is not None:
            _set(owner, name, classmethod(_method(owner, name, real)))
    _rebind({id(_real[name]): _SHIFTED[name] for name in _TIMES})


def move_to(zone: str) -> None:
    """Let the process be in that time zone, as if it had been started with `TZ` set so."""
    if os.environ.get("TZ") != zone:
        os.environ["TZ"] = zone
        time.tzset()


def uninstall() -> None:
    """As if it had never been."""
    global _installed, _passed_s
    if not _installed:
        return
    _installed, _passed_s = False, 0.0
    for name in _TIMES:
        setattr(time, name, _real[name])
    for (owner, name), real in _real_methods.items():
        if real is not None:
            _set(owner, name, real)
    _rebind({id(_SHIFTED[name]): _real[name] for name in _TIMES})


def _time() -> float:
    now: float = _real["time"]()
    return now + shift()


def _time_ns() -> int:
    now: int = _real["time_ns"]()
    return now + int(shift() * _NS)


def _localtime(secs: float | None = None, /) -> time.struct_time:
    found: time.struct_time = _real["localtime"](_time() if secs is None else secs)
    return found


def _gmtime(secs: float | None = None, /) -> time.struct_time:
    found: time.struct_time = _real["gmtime"](_time() if secs is None else secs)
    return found


def _ctime(secs: float | None = None, /) -> str:
    text: str = _real["ctime"](_time() if secs is None else secs)
    return text


def _strftime(form: str, *given: Any) -> str:
    text: str = _real["strftime"](form, *(given or (_localtime(),)))
    return text


_SHIFTED: dict[str, Callable[..., Any]] = {
    "time": _time,
    "time_ns": _time_ns,
    "localtime": _localtime,
    "gmtime": _gmtime,
    "ctime": _ctime,
    "strftime": _strftime,
}


def _method(owner: type, name: str, real: Any) -> Callable[..., Any]:
    def ahead(cls: type, *arguments: Any, **options: Any) -> Any:
        seconds = shift()
        if not seconds:
            return real.__get__(None, cls)(*arguments, **options)
        at = _real["time"]() + seconds
        if owner is datetime.date and not issubclass(cls, datetime.datetime):
            return cls.fromtimestamp(at)  # type: ignore[attr-defined]
        if name == "utcnow":
            return cls.fromtimestamp(at, datetime.timezone.utc).replace(tzinfo=None)  # type: ignore[attr-defined] # noqa: UP017
        return cls.fromtimestamp(at, *arguments, **options)  # type: ignore[attr-defined]

    ahead.__name__ = name
    return ahead


def _set(owner: type, name: str, value: Any) -> None:
    attributes: Any = gc.get_referents(owner.__dict__)[0]
    attributes[name] = value
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))


def _rebind(new: dict[int, Any]) -> None:
    """Names at module level that were imported from `time`; the standard library waits by its own."""
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] in sys.stdlib_module_names or module_name.startswith("crashworthy_sensor"):
            continue
        names = getattr(module, "__dict__", None)
        if not isinstance(names, dict):
            continue
        for name, value in list(names.items()):
            if id(value) in new:
                names[name] = new[id(value)]


def proven() -> bool:
    """Whether a shifted clock is seen where it should be, and nowhere after it was taken back."""
    from crashworthy_sensor.context import Exchange

    day_s = 86_400.0
    previous, was_installed = current.get(), _installed
    today, now = datetime.date.today(), _real["time"]()
    try:
        install()
        current.set(Exchange("self-test", {"clock": {"shift_s": day_s}}))
        ahead = [time.time(), datetime.datetime.now().timestamp(), time.mktime(time.localtime())]
        tomorrow = datetime.date.today()
        current.set(None)
        back = [time.time(), datetime.datetime.now().timestamp()]
    except Exception:
        sensor_error("self-test clock")
        return False
    finally:
        current.set(previous)
        if not was_installed:
            uninstall()
    near = [abs(at - now - day_s) < 60 for at in ahead] + [abs(at - now) < 60 for at in back]
    return all(near) and tomorrow > today
