"""What was special about a play, in words: where a process was killed, what the clock said, who answered."""

from __future__ import annotations

import signal
from collections.abc import Iterator

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.orders import TURNS
from crashworthy.lab.experiments.durability.broken_start import BROKEN as BROKEN_START
from crashworthy.lab.experiments.durability.broken_start import WRITE
from crashworthy.lab.experiments.episode import CUT, END, FAULT, RESTARTED, START_FAILED
from crashworthy.lab.experiments.time.clock import AT, LATER, ZONE
from crashworthy.lab.experiments.workers.two import AWAY, PRIMED
from crashworthy.reports.legible import one_line, plural

_STEPS = {"sql": "write", "write": "write", "commit": "commit", "file": "writing a file", "answer": "answer"}
_HOURS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def circumstances(trial: Trial) -> list[str]:
    """Short clauses, in the order in which they came true."""
    times = list(_times(trial.scenario.settings))
    breaks = [*_breaks(trial), *_ends(trial)]
    # Where a request breaks off, it is the next one that comes later.
    return [*_sleeps(trial), *_processes(trial), *(breaks + times if breaks else times)]


def broken_off(event: SensorEvent) -> str:
    """What the sensor let go wrong inside a request."""
    kind, how = str(event.data.get("kind")), event.data.get("how")
    step = _STEPS.get(kind, one_line(kind, 20))
    if how == "tear":
        return "killed while it writes a file"
    return f"killed before its {step}" if how == "die" else f"its {step} fails"


def _breaks(trial: Trial) -> Iterator[str]:
    for event in trial.events:
        if event.kind == "fault":
            place = f" at {event.location}" if event.location else ""
            fails = event.data.get("how") == "fail"
            yield f"{'' if fails else 'the process is '}{broken_off(event)}{place}"
    if trial.scenario.settings.get(CUT):
        yield "the client closes the connection before it has read the answer"


def _ends(trial: Trial) -> Iterator[str]:
    number = trial.scenario.settings.get(END)
    if isinstance(number, int):
        yield "kill -9 after the last answer" if number == signal.SIGKILL else "SIGTERM after the last answer"
    for event in trial.events:
        if event.kind == RESTARTED:
            yield "a new process starts on what is left"
        elif event.kind == START_FAILED:
            yield "no new process starts on what is left"


def _times(settings: dict[str, Json]) -> Iterator[str]:
    at, later_s, zone = settings.get(AT), settings.get(LATER), settings.get(ZONE)
    if isinstance(zone, str):
        yield f"the process is in the time zone {one_line(zone, 40)}"
    if isinstance(at, str):
        yield f"its clock says {one_line(at, 40)}"
    if isinstance(later_s, int | float) and later_s:
        span = _span(float(later_s))
        when = f"sent again {span} later" if FAULT in settings else f"{span} after what came first"
        yield f"{when}, by the process's clock"


def _sleeps(trial: Trial) -> Iterator[str]:
    together = {exchange.id for exchange in trial.exchanges if exchange.part == "attack"}
    told = [event.data.get("passed_s") for event in trial.events if event.kind == TURNS and event.exchange in together]
    passed_s = max((each for each in told if isinstance(each, int | float)), default=0)
    if passed_s:
        yield f"{passed_s:.3g} s of sleeping were over at once, by a clock that was put forward"


def _processes(trial: Trial) -> Iterator[str]:
    write = trial.scenario.settings.get(WRITE)
    if isinstance(write, int) and trial.purpose == BROKEN_START:
        yield f"the first start of all was killed before write {write}; a new process serves on what is left"
    away = trial.scenario.settings.get(AWAY)
    if isinstance(away, list) and away:
        yield f"{plural(len(away), 'request')} of these are served by a second process on the same files and databases"
    if trial.scenario.settings.get(PRIMED):
        yield "what is read afterwards was read once before"


def _span(seconds: float) -> str:
    for size, name in _HOURS:
        if seconds >= 2 * size:
            return plural(round(seconds / size), name)
    return f"{seconds:.0f} s"
