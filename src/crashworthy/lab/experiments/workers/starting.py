"""Several processes of the service start at the same time on what the first start of all finds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder
from crashworthy.lab.experiments.workers.knowing import WORKERS
from crashworthy.weaknesses.workers import FAILED_START

_DECLARED = 60.0
_UNDECLARED = 5.0
_FEWEST = 2
_MOST = 4
_TRIES = 2
_REPLAY_TRIES = 3
_APART_COUNT = 2
_START_S = 0.4
_EACH_S = 0.2

_PROCESSES = "processes"
_APART = "one after the other"
_TOGETHER = "at the same time"
_FAILED = "start-failed"
_OUTPUT = 2000
_LAST_LINE = 200
_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')
_ERROR = re.compile(r"^(\w+\.)*\w+(Error|Exception|Violation|Exists)\b.*", re.MULTILINE)
# Two copies of one machine compete for what two machines would each have; and locks are held while processes meet.
_NOT_SHARED = re.compile(
    r"Address already in use|EADDRINUSE|Cannot allocate memory|MemoryError|(database|table) is locked|lock timeout",
    re.IGNORECASE,
)


class StartTogether(Experiment):
    """Start two processes on the same empty files one after the other, and then several at the same time."""

    id = "start-together"
    title = "Processes that start at the same time"
    weaknesses = (FAILED_START,)
    replay_s = 2.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """One: the start."""
        count = _count(lab)
        why = f"{count} processes are declared" if lab.workers > 1 else "a deployment may start several processes"
        estimate_s = _APART_COUNT * _START_S + _TRIES * (_START_S + count * _EACH_S)
        priority = _DECLARED if lab.workers > 1 else _UNDECLARED
        return [Candidate(FAILED_START, (), why, priority=priority, estimate_s=estimate_s)]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """The control, then at most so many times all at once."""
        recorder = Recorder(lab, self.id)
        scenario = Scenario(settings={_PROCESSES: _count(lab)})
        _play(recorder, scenario, _TRIES)
        return recorder.history(candidate, {WORKERS: lab.workers})

    def judge(self, history: History) -> Judgement:
        """A process that ended with an error, though none does when they start one after the other."""
        apart = [trial for trial in history.trials if trial.purpose == _APART]
        together = [trial for trial in history.trials if trial.purpose == _TOGETHER]
        if not apart or not together or _errors(apart[0]):
            why = "processes fail also when they start one after the other" if apart else "the time did not suffice"
            return Judgement(status=Status.UNKNOWN, why="; ".join([why, *history.notes]))
        shown = next((trial for trial in together if _errors(trial)), None)
        if shown is None:
            count = together[0].scenario.settings.get(_PROCESSES)
            return Judgement(status=Status.HELD, why=f"{count} processes started at once {len(together)} times")
        errors = _errors(shown)
        workers = history.settings.get(WORKERS)
        declared = isinstance(workers, int) and workers > 1
        why = "the service declares one process; `workers = 2` under [service] in crashworthy.toml makes this a proof"
        count = shown.scenario.settings.get(_PROCESSES)
        return Judgement(
            status=Status.PROVEN if declared else Status.SUSPECTED,
            severity=FAILED_START.severity,
            title="Processes of the service that start at the same time fail",
            expected=f"all {count} processes serve, as they do when they start one after the other",
            seen=f"{len(errors)} of {count} ended with {errors[0]}",
            why="" if declared else why,
            trial=shown.id,
            scenario=shown.scenario,
            location=next((event.location for event in shown.events if event.location), None),
            trials=len(history.trials),
            root="start",
        )

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The control and the starts again."""
        recorder = Recorder(lab, self.id)
        if judgement.scenario is not None:
            _play(recorder, judgement.scenario, _REPLAY_TRIES)
        return recorder.again(history)


def _count(lab: Lab) -> int:
    return min(max(lab.workers, _FEWEST), _MOST) if lab.workers > 1 else _MOST


def _play(recorder: Recorder, scenario: Scenario, tries: int) -> None:
    try:
        if _errors(_start(recorder, scenario, _APART)):
            return
        for _ in range(tries):
            if _errors(_start(recorder, scenario, _TOGETHER)):
                return
    except OutOfTimeError:
        recorder.notes.append("the time ended before all was tried")


def _start(recorder: Recorder, scenario: Scenario, purpose: str) -> Trial:
    if recorder.left() <= 0:
        raise OutOfTimeError
    count = scenario.settings.get(_PROCESSES)
    assert isinstance(count, int)
    at_once = purpose == _TOGETHER
    outputs = recorder.lab.testbed.start_together(count if at_once else _APART_COUNT, at_once=at_once)
    failed = [_failure(output, recorder.lab) for output in outputs if output is not None]
    return recorder.add(
        Trial(
            id=f"{purpose}-{len(recorder.trials) + 1}",
            purpose=purpose,
            scenario=scenario,
            events=tuple(failed),
            crashed=bool(failed),
            output=str(failed[0].data["output"]) if failed else "",
        )
    )


def _failure(output: str, lab: Lab) -> SensorEvent:
    """What a process printed that ended, with the innermost line of the service's own in its last traceback."""
    place = None
    for path, line, symbol in _FRAME.findall(output):
        own = next((file.path for file in lab.tree.files if path.endswith(f"/{file.path}")), None)
        if own is not None:
            place = Location(file=own, line=int(line), symbol=None if symbol == "<module>" else symbol)
    return SensorEvent(at=0.0, kind=_FAILED, location=place, data={"output": output[-_OUTPUT:]})


def _errors(trial: Trial) -> list[str]:
    """The last line of the error with which each process ended that failed for want of nothing but the others."""
    found = []
    for event in trial.events:
        output = str(event.data.get("output", ""))
        named = [match[0] for match in _ERROR.finditer(output)]
        if event.kind == _FAILED and named and not _NOT_SHARED.search(output):
            found.append(named[-1][:_LAST_LINE])
    return found
