"""What a broken request leaves behind: does it hold up the service for ever?

After a request broke off, and a new process was started where the old one died, the same request is made a day later by
the process's clock. It is held against the service that the request is refused then, where it is accepted at that time
without the one before, and either after one that was finished (something is left locked), or nothing of the broken one
can be read back (it is used up without effect). A correct service could look guilty where something else than requests
tidies up: a job, a timer, a clock that is not shifted, or a person who looks at what is on record as unfinished. Then
it is suspected at most. That a new process does not start is held against the service where one starts after a kill
between two requests.
"""

from __future__ import annotations

import signal

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments import episode
from crashworthy.lab.experiments.compared import accepted
from crashworthy.lab.experiments.concurrency.serializability import with_masks
from crashworthy.lab.experiments.effects import effects, told
from crashworthy.lab.experiments.partial import halves
from crashworthy.lab.experiments.partial.halves import Breaks
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.time.lifetimes import Lifetimes
from crashworthy.lab.experiments.trial import Recorder, of_part
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.durability import LEFT_LOCKED
from crashworthy.weaknesses.partial import HALF_DONE

STUCK = "broken off, sent again a day later"
ALONE = "only a day later"
FINISHED = "finished, sent again a day later"
UNBROKEN = "killed between two requests"
TIDIED_BY = "tidied_by"
"""Setting: what may free what a dead process held, in words; absent where the source speaks of nothing."""

LATER_S = 26 * 3600.0
"""Longer than leases, which are for minutes, and than a job that comes once a day."""

_REFUSED = range(400, 600)
_TELLING = 2
_NOT_FOR_THAT = frozenset({401, 403, 404, 429})


def tidied_by(tree: SourceTree) -> dict[str, Json]:
    """The setting that says what else than requests may tidy up."""
    sweeper = clock.sweeper_in(tree)
    if sweeper is not None:
        return {TIDIED_BY: f"{sweeper} may free it, where somebody calls it"}
    return {TIDIED_BY: "a timer, or a clock that was not shifted, may free it"} if clock.others_in(tree) else {}


def is_refused_again(trial: Trial) -> bool:
    """Whether the request was refused when it was made again after the break."""
    attack = of_part(trial, "attack")
    return len(attack) == 2 and not attack[0].ok and _is_refusal(attack[1])


def play_again(broken: Scenario, recorder: Recorder) -> Trial:
    """The request again a day after it broke off."""
    return episode.play(recorder, _a_day_later(broken, {**broken.settings}), STUCK)


def play_controls(broken: Scenario, recorder: Recorder) -> None:
    """What tells whether a refusal means anything: the request a day later alone, and after one that was finished."""
    finished = _a_day_later(broken, {key: value for key, value in broken.settings.items() if key == "masks"})
    clock.play(recorder, finished.model_copy(update={"attack": broken.attack[:1]}), ALONE)
    episode.play(recorder, finished, FINISHED)


def _a_day_later(scenario: Scenario, settings: dict[str, Json]) -> Scenario:
    twice = scenario.attack[:1] * 2
    return scenario.model_copy(update={"attack": twice, "settings": {**settings, clock.LATER: LATER_S}})


def play_unbroken(once: Scenario, recorder: Recorder) -> None:
    """A kill after the request, and a new start."""
    killed: dict[str, Json] = {**once.settings, episode.END: int(signal.SIGKILL)}
    killed.pop(episode.FAULT, None)
    episode.play(recorder, once.model_copy(update={"settings": killed}), UNBROKEN)


def judge_left_behind(history: History) -> list[Judgement]:
    """A judgement of a start that failed, or of a request that is refused for ever; none where nothing was found."""
    return [*_does_not_start(history), *_refused_for_ever(Breaks(history))][:1]


def start_failed(trial: Trial) -> bool:
    """Whether no new process started on what the broken request had left."""
    return any(event.kind == episode.START_FAILED for event in trial.events)


def _does_not_start(history: History) -> list[Judgement]:
    unbroken = [trial for trial in history.trials if trial.purpose == UNBROKEN]
    if not unbroken or any(map(start_failed, unbroken)):
        return []
    for trial in history.trials:
        failure = next((event for event in trial.events if event.kind == episode.START_FAILED), None)
        if trial.purpose == halves.BROKEN and failure is not None:
            where = halves.broken_at(trial)
            return [
                Judgement(
                    status=Status.PROVEN,
                    severity=LEFT_LOCKED.severity,
                    title=f"The service does not start again when {history.operations[0]} {where}",
                    expected="a start on what is left, as after a kill between two requests",
                    seen=f"{str(failure.data.get('message'))[:300]}",
                    trial=trial.id,
                    scenario=trial.scenario,
                    location=_fault_place(trial) or handler_of(history),
                    trials=len(history.trials),
                    weakness=LEFT_LOCKED.id,
                    root="start",
                )
            ]
    return []


def _refused_for_ever(shown: Breaks) -> list[Judgement]:
    history = shown.history
    tidied = str(history.settings.get(TIDIED_BY) or "")
    if not tidied and Lifetimes(history).by_other_clocks:
        tidied = "the database's clock, which was not shifted, may free it"
    alone, finished = shown.one_of(ALONE), shown.one_of(FINISHED)
    for trial in shown.of(STUCK):
        if not is_refused_again(trial) or alone is None or not accepted(alone):
            continue
        if finished is not None and accepted(finished):
            # Where a write failed, a new process may still tidy up.
            if any(event.kind == episode.RESTARTED for event in trial.events):
                return [_left_locked(shown, trial, tidied)]
        elif _left_nothing(shown, trial) and not shown.staged(trial):
            return [_used_up(shown, trial, tidied)]
    return []


def _left_locked(shown: Breaks, trial: Trial, why: str) -> Judgement:
    return Judgement(
        status=Status.SUSPECTED if why else Status.PROVEN,
        severity=LEFT_LOCKED.severity,
        title=f"{shown.history.operations[0]} is refused for ever after one that {halves.broken_at(trial)}",
        expected="accepted a day later, as it is then after one that was finished",
        seen=f"{_again(trial)} a day later by the process's clock",
        why=why,
        trial=trial.id,
        scenario=with_masks(trial.scenario, shown.masks),
        location=_fault_place(trial) or handler_of(shown.history),
        trials=len(shown.history.trials),
        weakness=LEFT_LOCKED.id,
        root="held",
    )


def _used_up(shown: Breaks, trial: Trial, why: str) -> Judgement:
    full = effects(shown.baseline, shown.once, shown.masks) if shown.baseline and shown.once else []
    missing = " and ".join(told(what, path, value) for what, path, value, _ in full[:_TELLING])
    done = " and ".join(told(what, path, value) for what, path, _, value in full[:_TELLING])
    return Judgement(
        status=Status.SUSPECTED if why else Status.PROVEN,
        severity=HALF_DONE.severity,
        title=f"{shown.history.operations[0]} is used up without effect when it {halves.broken_at(trial)}",
        expected=f"{done}, at the latest when the client tries again",
        seen=f"{missing}, and the same request is refused with {_again(trial)} when it is sent again, also a day later",
        why=why,
        trial=trial.id,
        scenario=with_masks(trial.scenario, shown.masks),
        location=_fault_place(trial) or handler_of(shown.history),
        trials=len(shown.history.trials),
        weakness=HALF_DONE.id,
    )


def _left_nothing(shown: Breaks, trial: Trial) -> bool:
    """Whether the request does something that shows, and nothing of that is there."""
    if shown.baseline is None or shown.once is None or not shown.settled:
        return False
    return bool(effects(shown.baseline, shown.once, shown.masks)) and not effects(shown.baseline, trial, shown.masks)


def _is_refusal(exchange: Exchange) -> bool:
    status = exchange.response.status if exchange.response else None
    return status in _REFUSED and status not in _NOT_FOR_THAT


def _again(trial: Trial) -> str:
    response = of_part(trial, "attack")[1].response
    return str(response.status) if response is not None else "no answer"


def _fault_place(trial: Trial) -> Location | None:
    return next((event.location for event in trial.events if event.kind == episode.FAULT and event.location), None)
