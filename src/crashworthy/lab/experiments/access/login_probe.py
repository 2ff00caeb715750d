"""Login probe: the wrong password for an account that exists and for one that does not, in turns, many times.

Three things are read from one play. Whether the answers differ: then the login tells who has an account. Whether the
times differ: a rank test (Mann and Whitney 1947) over turns taken one after the other, so that a busy machine slows
both alike. And whether anything brakes: that nothing does is told and proves nothing, for a proxy may do it.
A correct service looks guilty when its answer repeats the name that was sent, so that is masked; and when it answers
429 or locks the account after some tries, so only turns before the first such answer count.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.access.ownership import sent_fields
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.actors import log_in_score
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.ways import another
from crashworthy.weaknesses.credentials import UNLIMITED_GUESSING, USER_ENUMERATION

SCREEN_TURNS, TURNS = 11, 20
"""Turns of a first look, one more than brakes usually let pass, and of the play that is judged by time."""
AGAIN = "again"
"""Setting: the play repeats a finding, so that it has to pass one test and not the best of many."""
_SCREEN_P = 0.05
_MOST_P, _MOST_P_AGAIN = 1e-5, 1e-3
_LEAST_RATIO, _LEAST_RATIO_AGAIN = 1.8, 1.4
_LEAST_S = 0.003
_WRONG = "Wr0ng-Passw0rd-here!"
_PASSWORDS = frozenset({"password", "passwd", "pwd", "passphrase", "pin"})
_PRIORITY, _ESTIMATE_S = 40.0, 3.0


class LoginProbe(Experiment):
    """One candidate per login."""

    id = "login-probe"
    title = "Wrong passwords for accounts that do and do not exist"
    weaknesses = (USER_ENUMERATION, UNLIMITED_GUESSING)
    replay_s = 3.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every login that A has a way to."""
        return [
            Candidate(
                weakness=USER_ENUMERATION,
                operations=(operation.name,),
                why="takes a name and a password",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(operation.name),
            )
            for operation in lab.operations
            if log_in_score(operation) > 0 and (way := _way(operation.name, lab)) and way.steps[:-1]
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A first look; where the times may differ, a longer one that can tell."""
        recorder = Recorder(lab, self.id, quick_hashes=False)
        way = _way(candidate.operations[0], lab)
        if way is not None:
            right = way.steps[-1].model_copy(update={"saves": ()})
            turns = (_wrong(right), another(_wrong(right)))
            plan = Scenario(setup=way.steps[:-1], attack=turns * SCREEN_TURNS, observe=(right,))
            try:
                first = recorder.play(plan, "attack")
                if _may_differ(first):
                    recorder.play(plan.model_copy(update={"attack": turns * TURNS}), "attack")
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """By answer, else by time; and what slows guessing down."""
        found: list[Judgement] = []
        for trial in history.trials[-1:]:
            if all(succeeded(exchange) for exchange in of_part(trial, "setup")):
                found += _judged(trial, history)
        if any(each.weakness != UNLIMITED_GUESSING.id for each in found):
            return found
        why = "; ".join(["accounts that exist and others are answered alike", *history.notes])
        status = Status.HELD if history.trials else Status.UNKNOWN
        return [Judgement(status=status, why=why, trials=len(history.trials)), *found]

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""

        def play(plan: Scenario, recorder: Recorder) -> None:
            recorder.play(plan, "attack")

        return replayed(self.id, history, judgement, lab, play, quick_hashes=False)


def rank_test(one: Sequence[float], other: Sequence[float]) -> float:
    """The two-sided p-value of Mann and Whitney's test, by the normal approximation (8 values or more each)."""
    pairs = [(a > b) + (a == b) / 2 for a in one for b in other]
    mean = len(pairs) / 2
    deviation = math.sqrt(len(one) * len(other) * (len(one) + len(other) + 1) / 12)
    return math.erfc(abs(sum(pairs) - mean) / deviation / math.sqrt(2)) if deviation else 1.0


def _judged(trial: Trial, history: History) -> list[Judgement]:
    attack = of_part(trial, "attack")
    turns = list(zip(attack[::2], attack[1::2], strict=False))
    braked = next((i for i, turn in enumerate(turns) if any(_is_brake(e) for e in turn)), len(turns))
    counted = turns[:braked]
    steps = trial.scenario.attack[:2]
    found: list[Judgement] = []
    if len(counted) < 2 or any(e.response is None or succeeded(e) for turn in counted for e in turn):
        return found
    known, unknown = ({_said(turn[side], steps[side]) for turn in counted} for side in (0, 1))
    if len(known) == len(unknown) == 1 and known != unknown:
        seen = f"for an account that exists: {next(iter(known))}; for another: {next(iter(unknown))}"
        found.append(_proven(trial, history, "by its answer", seen, 2))
    elif len(counted) >= TURNS and (seen := _times(counted, again=bool(trial.scenario.settings.get(AGAIN)))):
        found.append(_proven(trial, history, "by the time it takes", seen, len(counted) * 2))
    if braked == len(turns) and all(succeeded(e) for e in of_part(trial, "observe")):
        found.append(_unbraked(trial, len(turns)))
    return found


def _may_differ(trial: Trial) -> bool:
    attack = of_part(trial, "attack")
    known, unknown = ([each.ended - each.started for each in attack[side::2]] for side in (0, 1))
    return rank_test(known, unknown) < _SCREEN_P


def _times(turns: Sequence[tuple[Exchange, Exchange]], *, again: bool) -> str:
    """What the times say, or "" when they say nothing."""
    known, unknown = ([turn[side].ended - turn[side].started for turn in turns] for side in (0, 1))
    p = rank_test(known, unknown)
    slow, fast = sorted((statistics.median(known), statistics.median(unknown)), reverse=True)
    most, ratio = (_MOST_P_AGAIN, _LEAST_RATIO_AGAIN) if again else (_MOST_P, _LEAST_RATIO)
    if p > most or slow < fast * ratio or slow - fast < _LEAST_S:
        return ""
    first, second = statistics.median(known) * 1000, statistics.median(unknown) * 1000
    return (
        f"median {first:.1f} ms for an account that exists, {second:.1f} ms for another, {len(turns)} turns each "
        f"(Mann-Whitney p = {p:.1e})"
    )


def _proven(trial: Trial, history: History, how: str, seen: str, requests: int) -> Judgement:
    plan = trial.scenario
    return Judgement(
        status=Status.PROVEN,
        # A name alone opens nothing: whoever has it still needs a password.
        severity=Severity.MINOR,
        title=f"{history.operations[0]} tells {how} which accounts exist",
        expected="the same answer, after the same time, for every wrong pair of name and password",
        seen=seen,
        why="anybody can sort a list of names into customers and others",
        trial=trial.id,
        scenario=plan.model_copy(update={"attack": plan.attack[: max(requests, 4)], "settings": {AGAIN: True}}),
        location=history.location,
        operations=history.operations,
        root=how,
        weakness=USER_ENUMERATION.id,
        trials=len(plan.attack),
    )


def _unbraked(trial: Trial, tries: int) -> Judgement:
    return Judgement(
        status=Status.OBSERVED,
        severity=Severity.INFO,
        title=f"{trial.scenario.attack[0].operation} answers {tries} guesses in a row at once",
        seen=f"{tries} wrong passwords for one account in a row, then the right one: accepted",
        why="nothing was guessed, and a proxy in front of the service may slow guessing down",
        weakness=UNLIMITED_GUESSING.id,
        operations=(trial.scenario.attack[0].operation,),
        trial=trial.id,
        trials=tries,
    )


def _way(name: str, lab: Lab) -> Way | None:
    way = lab.playbook.way(name, "A")
    return way if way is not None and proves_identity(way.steps[-1]) else None


def _wrong(step: Step) -> Step:
    body = dict(step.body) if isinstance(step.body, dict) else {}
    changed: dict[str, Json] = {name: _WRONG if {*words(name)} & _PASSWORDS else value for name, value in body.items()}
    return step.model_copy(update={"body": changed})


def _is_brake(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status in (423, 429, 503)


def _said(exchange: Exchange, step: Step) -> str:
    """Status and text of the answer, without what was sent."""
    if exchange.response is None:
        return "no answer"
    text = exchange.response.body[:2000]
    for _, sent in sent_fields(step, exchange):
        text = text.replace(sent, "*")
    return f"{exchange.response.status} {' '.join(text.split())[:120]}"
