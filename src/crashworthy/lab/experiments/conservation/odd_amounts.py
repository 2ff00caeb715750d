"""Odd requests with amounts: to oneself, negative, the same item twice, and with fractions of money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import MOST_READINGS, Ground, ground
from crashworthy.lab.experiments.conservation import adding_up
from crashworthy.lab.experiments.conservation.adding_up import Sums, judge_sums
from crashworthy.lab.experiments.conservation.quantities import numbers
from crashworthy.lab.experiments.conservation.twists import (
    Path,
    amounts,
    has_money,
    in_two_lines,
    is_signed,
    several_units,
    to_itself,
    with_amount,
    with_counts,
    with_fractions,
)
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.weaknesses.conservation import INEXACT_MONEY, LIMIT_BY_LINE, NEGATIVE_AMOUNT, UNCONSERVED_TRANSFER

_CHANGING = frozenset({"POST", "PUT", "PATCH"})
_SUSPECTED = 40.0
_OTHER = 17.0
_ESTIMATE_S = 1.6
_LIMIT_S = 20.0
_MANY = 6
_MOST_FIELDS = 2

CASE = "case"
PLAIN = "plain"
BEYOND = "beyond"
ALL_OF_IT = "all_of_it"


class OddAmounts(Experiment):
    """Send amounts that tests seldom send, and see whether what an ordinary request keeps is kept."""

    id = "odd-amounts"
    title = "Amounts that have to add up"
    weaknesses = (NEGATIVE_AMOUNT, UNCONSERVED_TRANSFER, LIMIT_BY_LINE, INEXACT_MONEY)
    replay_s = 1.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """What changes something and is given an amount."""

        def priority(_: Operation, suspected: bool) -> float:
            return _SUSPECTED if suspected else _OTHER

        found = one_per_operation(
            lab,
            NEGATIVE_AMOUNT,
            [each for each in lab.operations if each.method in _CHANGING and _has_amounts(each, lab)],
            why="is given an amount",
            priority=priority,
            estimate_s=_ESTIMATE_S,
        )
        return [replace(candidate, also=self.weaknesses[1:]) for candidate in found]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """The ordinary request, and each odd one that can be made of it."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        base = ground(candidate.operations, lab.playbook, lab.operations)
        if base is not None:
            base = replace(base, steps=(with_counts(base.steps[0], lab.operation(candidate.operations[0])),))
            try:
                _Tries(base, lab, recorder, recorder.history(candidate, settings)).run()
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `adding_up`."""
        return judge_sums(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per fault."""
        return judge_sums(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The ordinary request, the one that asks for too much, and the odd one again."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None and scenario.attack:
            try:
                if scenario.settings.get(CASE) != adding_up.FRACTIONS:
                    _controls(scenario, recorder)
                    _play_with_limit(scenario, recorder)
                recorder.play(scenario, str(scenario.settings.get(CASE)))
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


@dataclass(frozen=True)
class _Tries:
    """All that is tried on one operation."""

    base: Ground
    lab: Lab
    recorder: Recorder
    empty: History

    def run(self) -> None:
        """The cheapest first; each odd request is played on a copy of its own."""
        plain = self._scenario(self.base.setup, self.base.bound(self.base.steps[0], 1))
        if plain.observe:
            self._with_limit(plain)
            self._to_itself(plain)
        self._fractions(plain)

    def _with_limit(self, plain: Scenario) -> None:
        _controls(plain, self.recorder)
        lowered = [by for by in self._shown.moved.values() if by < 0]
        before = self._shown.before
        if not lowered or before is None:
            return
        for path, amount in amounts(plain.attack[0])[:_MOST_FIELDS]:
            beyond = _beyond(plain, path, amount, self._shown)
            odd = list(_odd(plain, beyond, path, amount, self._shown))
            if not odd or not _refused(self.recorder.play(beyond, adding_up.BEYOND)):
                self.recorder.trials = [each for each in self.recorder.trials if each.purpose != adding_up.BEYOND]
                continue
            for scenario in odd:
                self.recorder.play(scenario, str(scenario.settings[CASE]))
            return

    def _to_itself(self, plain: Scenario) -> None:
        found = to_itself(plain.setup, plain.attack[0])
        if found is None:
            return
        apart = self._scenario(found.setup, found.apart)
        if apart.setup != plain.setup or apart.attack != plain.attack:
            others = [each for each in self.recorder.trials if each.purpose in (adding_up.BEFORE, adding_up.ONCE)]
            self.recorder.drop(*others)
            _controls(apart, self.recorder)
        if self._shown.kept:
            scenario = _as_case(apart, apart.attack[0], adding_up.TO_ITSELF)
            self.recorder.play(scenario.model_copy(update={"attack": (found.itself,)}), adding_up.TO_ITSELF)

    def _fractions(self, plain: Scenario) -> None:
        step = self.base.steps[0]
        operations = self.lab.operations
        for setup in (with_fractions(plain.setup, operations), plain.setup):
            several = several_units(step)
            steps = [*([several] if several else []), *[step] * _MANY]
            attack = with_fractions([self.base.bound(each, 20 + n) for n, each in enumerate(steps)], operations)
            if (setup, attack[-1]) == (plain.setup, self.base.bound(step, 20 + len(steps) - 1)):
                return
            scenario = plain.model_copy(
                update={"setup": setup, "attack": attack, "settings": {CASE: adding_up.FRACTIONS}}
            )
            trial = self.recorder.play(scenario, adding_up.FRACTIONS)
            if all(exchange.done for exchange in of_part(trial, "setup")):
                return

    def _scenario(self, setup: tuple[Step, ...], step: Step) -> Scenario:
        read = pick_readback(self.lab.operations, self.lab.playbook, setup, (step,))
        gets = tuple(each for each in read.observe if each.method == "GET")[:MOST_READINGS]
        return Scenario(setup=read.setup, attack=(step,), observe=gets)

    @property
    def _shown(self) -> Sums:
        return Sums(self.empty.model_copy(update={"trials": tuple(self.recorder.trials)}))


def _controls(scenario: Scenario, recorder: Recorder) -> None:
    plain = scenario.settings.get(PLAIN)
    step = Step.model_validate(plain) if plain else scenario.attack[0]
    once = scenario.model_copy(update={"attack": (step,), "settings": {}})
    recorder.play(once, adding_up.BEFORE, order=())
    for _ in range(2):
        recorder.play(once, adding_up.ONCE)


def _play_with_limit(scenario: Scenario, recorder: Recorder) -> None:
    """What is refused as too much, and all that is not."""
    for name, purpose in ((BEYOND, adding_up.BEYOND), (ALL_OF_IT, adding_up.ALL_OF_IT)):
        saved = scenario.settings.get(name)
        if saved:
            step = Step.model_validate(saved)
            recorder.play(scenario.model_copy(update={"attack": (step,), "settings": {}}), purpose)


def _beyond(plain: Scenario, path: Path, amount: Decimal, shown: Sums) -> Scenario:
    """The request that asks for more than there is of anything that it lowers."""
    most = max(_affordable(amount, shown), default=Decimal(0))
    step = with_amount(plain.attack[0], path, most + amount)
    return plain.model_copy(update={"attack": (step,)})


def _affordable(amount: Decimal, shown: Sums) -> Iterator[Decimal]:
    """For each number that the request lowers by some of it: with which amount it would lower it to zero or below."""
    first = numbers(shown.before) if shown.before else {}
    for key, by in shown.moved.items():
        if by < 0 <= first[key]:
            yield (first[key] / -by * amount).to_integral_value()


def _odd(plain: Scenario, beyond: Scenario, path: Path, amount: Decimal, shown: Sums) -> Iterator[Scenario]:
    step = plain.attack[0]
    if not is_signed(step):
        negative = with_amount(step, path, -amount)
        yield _as_case(plain, step, adding_up.NEGATIVE, beyond).model_copy(update={"attack": (negative,)})
    for all_of_it in sorted({each for each in _affordable(amount, shown) if each > 0})[:1]:
        whole = with_amount(step, path, all_of_it)
        twice = in_two_lines(whole, path)
        if twice is not None:
            yield _as_case(plain, step, adding_up.ALL_OF_IT, beyond).model_copy(update={"attack": (whole,)})
            case = _as_case(plain, step, adding_up.TWO_LINES, beyond)
            settings: dict[str, Json] = {**case.settings, ALL_OF_IT: whole.model_dump(mode="json")}
            yield case.model_copy(update={"attack": (twice,), "settings": settings})


def _as_case(scenario: Scenario, plain: Step, case: str, beyond: Scenario | None = None) -> Scenario:
    """The scenario with what a replay needs for its controls."""
    settings: dict[str, Json] = {CASE: case, PLAIN: plain.model_dump(mode="json")}
    if beyond is not None:
        settings[BEYOND] = beyond.attack[0].model_dump(mode="json")
    return scenario.model_copy(update={"settings": settings})


def _refused(trial: Trial) -> bool:
    answers = [exchange.response for exchange in of_part(trial, "attack")]
    return bool(answers) and all(answer is not None and 400 <= answer.status < 500 for answer in answers)


def _has_amounts(operation: Operation, lab: Lab) -> bool:
    way = lab.playbook.way(operation.name)
    if way is None:
        return False
    return bool(amounts(with_counts(way.steps[-1], operation))) or any(
        has_money(step, lab.operations) for step in way.steps
    )
