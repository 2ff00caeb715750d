"""An amount is divided among several: do the shares add up to it?

What holds is learned from the service itself: with an amount that can be divided, the shares that an answer lists sum
to it. With one unit more they have to as well. A correct service could look guilty when it says where the rest went:
then a number beside the shares is what lacks, or their own sum. Those accuse nobody, and neither do refusals.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.compared import Compared, accepted, unproven
from crashworthy.lab.experiments.concurrency.variants import MOST_READINGS, ground_of
from crashworthy.lab.experiments.conservation.quantities import TOLERANCE, plain
from crashworthy.lab.experiments.conservation.twists import amounts, may_have_fractions, with_amount
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.places import handler_of, handler_settings
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.meanings import MONEY
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.template import PLACEHOLDER
from crashworthy.weaknesses.conservation import LOST_REMAINDER

EVEN, UNEVEN = "an amount that can be divided", "one unit more"
AMOUNT, PARTS = "amount", "parts"
"""Settings: what is divided, as text, and among how many."""

_DIVIDED = word_set(
    "installment instalment part people person participant payer share split way month guest friend member head "
    "recipient beneficiary attendee user"
)
_SHARES = MONEY | word_set("share due owe owed debt part portion installment instalment split")
_SUSPECTED, _PRIORITY, _ESTIMATE_S = 40.0, 16.0, 0.8
_THREE, _EACH = 3, 10
_CENT = Decimal("0.01")


class Split(Experiment):
    """Divide an amount that can be divided, and one cent more."""

    id = "split"
    title = "Shares that have to add up"
    weaknesses = (LOST_REMAINDER,)
    replay_s = 0.6

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations that take an amount of money, and among how many or whom it is divided."""

        def priority(_: Operation, suspected: bool) -> float:
            return _SUSPECTED if suspected else _PRIORITY

        return one_per_operation(
            lab,
            LOST_REMAINDER,
            [each for each in lab.operations if _scenarios(each, lab)],
            why="divides an amount",
            priority=priority,
            estimate_s=_ESTIMATE_S,
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Both amounts, each on a copy of its own."""
        recorder = Recorder(lab, self.id)
        operation = lab.operation(candidate.operations[0])
        try:
            for purpose, scenario in _scenarios(operation, lab).items() if operation else ():
                recorder.play(scenario, purpose)
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, handler_settings(operation))

    def judge(self, history: History) -> Judgement:
        """PROVEN when shares that sum to the one amount do not sum to the other."""
        shown = Compared(history)
        even, uneven = (next((t for t in shown.of(purpose) if accepted(t)), None) for purpose in (EVEN, UNEVEN))
        if even is None or uneven is None:
            return unproven(history, Status.HELD, "an amount that cannot be divided is refused, or none was taken")
        whole, odd = (Decimal(str(trial.scenario.settings.get(AMOUNT))) for trial in (even, uneven))
        count = int(str(uneven.scenario.settings.get(PARTS)))
        before = {key for key, parts in shares(even) if len(parts) == count and abs(sum(parts) - whole) <= TOLERANCE}
        if not before:
            return unproven(history, Status.HELD, "no answer lists shares that sum to the amount")
        for key, parts in shares(uneven):
            lacks = odd - sum(parts)
            if key not in before or len(parts) != count or not TOLERANCE < abs(lacks) <= count * (odd - whole):
                continue
            place, pointer = key
            exchange = (*of_part(uneven, "attack"), *of_part(uneven, "observe"))[place]
            if not _told(exchange, pointer, lacks, odd - lacks):
                return _proven(history, uneven, exchange, parts, odd)
        return unproven(history, Status.HELD, "shares sum to what is divided, or the answer says what is left")

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """Both amounts again."""

        def play(scenario: Scenario, recorder: Recorder) -> None:
            operation = lab.operation(history.operations[0])
            known = _scenarios(operation, lab) if operation is not None else {}
            if EVEN in known:
                recorder.play(
                    known[EVEN].model_copy(update={"setup": scenario.setup, "observe": scenario.observe}), EVEN
                )
            recorder.play(scenario, UNEVEN)

        return replayed(self.id, history, judgement, lab, play)


def _scenarios(operation: Operation, lab: Lab) -> dict[str, Scenario]:
    """By purpose; empty where the operation divides nothing."""
    for way in (lab.playbook.way(operation.name), lab.playbook.rich(operation.name)):
        if way is None or operation.is_safe or (base := ground_of([way], lab.playbook, lab.operations)) is None:
            continue
        divided = _divided(base.steps[0])
        path = next((path for path, _ in amounts(base.steps[0]) if {*words(str(path[-1]))} & MONEY), None)
        if divided is None or path is None:
            continue
        step, count = divided
        whole = Decimal(_EACH * count)
        more = _CENT if may_have_fractions(path, operation) else Decimal(1)
        reads = tuple(each for each in base.observe if each.method == "GET")[:MOST_READINGS]
        return {
            purpose: Scenario(
                setup=base.setup,
                attack=(with_amount(base.bound(step, 1), path, amount),),
                observe=reads,
                settings={AMOUNT: str(amount), PARTS: count},
            )
            for purpose, amount in ((EVEN, whole), (UNEVEN, whole + more))
        }
    return {}


def _divided(step: Step) -> tuple[Step, int] | None:
    """The step dividing among three where that is free to choose, and among how many."""
    body = step.body if isinstance(step.body, dict) else {}
    for name, value in body.items():
        if not {*words(name)} & _DIVIDED or "id" in words(name):
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            return step.model_copy(update={"body": {**body, name: _THREE}}), _THREE
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            if any({*PLACEHOLDER.findall(str(each))} - {"unique"} for each in value):
                return (step, len(value)) if len(value) > 1 else None
            several: list[Json] = [f"{letter}{value[0]}" for letter in "abc"]
            return step.model_copy(update={"body": {**body, name: several}}), _THREE
    return None


def shares(trial: Trial) -> Iterator[tuple[tuple[int, str], list[Decimal]]]:
    """Amounts that stand beside each other in an answer, by its place and where in it they are."""
    for place, exchange in enumerate((*of_part(trial, "attack"), *of_part(trial, "observe"))):
        found: dict[str, list[Decimal]] = defaultdict(list)
        for pointer, number in _grouped(_json(exchange), "", named=False):
            found[pointer].append(number)
        yield from (((place, pointer), numbers) for pointer, numbers in found.items() if len(numbers) > 1)


def _grouped(value: Json, pointer: str, *, named: bool) -> Iterator[tuple[str, Decimal]]:
    """Numbers that are named as shares: items of a list under one pointer, and those of a dict with a name for each."""
    if isinstance(value, dict):
        for key, below in value.items():
            is_share = bool({*words(key)} & _SHARES)
            if named and not isinstance(below, dict | list):
                # Shares by the name of who pays them.
                yield from _grouped(below, f"{pointer}/*", named=True)
            yield from _grouped(below, f"{pointer}/{key}", named=is_share)
    elif isinstance(value, list):
        for below in value:
            yield from _grouped(below, f"{pointer}/-", named=named)
    elif named and isinstance(value, int | float | str) and not isinstance(value, bool):
        number = _number(value)
        if number is not None:
            yield pointer, number


def _told(exchange: Exchange, pointer: str, lacks: Decimal, total: Decimal) -> bool:
    """Whether another number of the answer is what lacks, or what the shares sum to: then the service says so."""
    return any(
        abs(abs(number) - abs(lacks)) <= TOLERANCE or abs(number - total) <= TOLERANCE
        for place, number in _every(_json(exchange), "")
        if place != pointer
    )


def _every(value: Json, pointer: str) -> Iterator[tuple[str, Decimal]]:
    if isinstance(value, dict | list):
        below = value.items() if isinstance(value, dict) else (("-", each) for each in value)
        for key, each in below:
            yield from _every(each, f"{pointer}/{key}")
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        number = _number(value)
        if number is not None:
            yield pointer, number


def _number(value: float | str) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _json(exchange: Exchange) -> Json:
    try:
        found: Json = json.loads(exchange.response.body) if exchange.ok and exchange.response else None
    except (ValueError, RecursionError):
        return None
    return found


def _proven(history: History, trial: Trial, exchange: Exchange, parts: list[Decimal], odd: Decimal) -> Judgement:
    listed = " + ".join(plain(part) for part in parts)
    return Judgement(
        status=Status.PROVEN,
        severity=LOST_REMAINDER.severity,
        title=f"{history.operations[0]}: the shares do not add up to what is divided",
        expected=f"{len(parts)} shares that sum to {plain(odd)}",
        seen=f"{listed} = {plain(sum(parts, Decimal(0)))} in the answer to {exchange.operation}",
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location or handler_of(history),
        trials=len(history.trials),
        root="split",
    )
