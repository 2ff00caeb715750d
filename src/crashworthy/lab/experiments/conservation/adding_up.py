"""The judge of numbers that have to add up.

What holds is learned from the service itself: which sum an ordinary transfer keeps, which number a request lowers, and
that it is refused when it asks for more than there is. Only where an odd request is accepted and breaks just that, the
service is accused; one that takes signed amounts, charges a fee or allows to go below zero shows no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.weakness import Weakness
from crashworthy.lab.experiments.compared import Compared, accepted, unproven
from crashworthy.lab.experiments.conservation.quantities import (
    TOLERANCE,
    Key,
    Sum,
    changed,
    inexact,
    numbers,
    plain,
    sums,
    told,
)
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.conservation import INEXACT_MONEY, LIMIT_BY_LINE, NEGATIVE_AMOUNT, UNCONSERVED_TRANSFER

BEFORE = "before"
ONCE = "once"
BEYOND = "more than there is"
TO_ITSELF = "to itself"
NEGATIVE = "a negative amount"
ALL_OF_IT = "all there is, in one line"
TWO_LINES = "in two lines"
FRACTIONS = "with fractions"

_REFUSED = range(400, 500)
_SERVER_ERROR = 500
_CASES = (TO_ITSELF, NEGATIVE, TWO_LINES, FRACTIONS)


@dataclass(frozen=True)
class Sums(Compared):
    """The trials of one operation."""

    @cached_property
    def before(self) -> Trial | None:
        """Without the request."""
        return self.one_of(BEFORE)

    @cached_property
    def once(self) -> Trial | None:
        """The ordinary request, accepted twice."""
        return self.twice(ONCE)

    @cached_property
    def moved(self) -> dict[Key, Decimal]:
        """By how much the ordinary request changes which numbers, every time."""
        if self.before is None or self.once is None:
            return {}
        first = numbers(self.before)
        each = [changed(first, numbers(trial)) for trial in self.of(ONCE)]
        return {key: by for key, by in each[0].items() if all(other.get(key) == by for other in each)}

    @cached_property
    def kept(self) -> list[Sum]:
        """Sums that stay as they are although the request changes what they are of."""
        if self.before is None:
            return []
        found = []
        for each in sums(self.before, numbers(self.before)):
            moved = [self.moved[key] for key in each.keys if key in self.moved]
            if len(moved) > 1 and abs(sum(moved, Decimal(0))) <= TOLERANCE:
                found.append(each)
        return found

    @cached_property
    def limited(self) -> dict[Key, Decimal]:
        """What the request lowers, where it is refused when it asks for more than there is."""
        beyond = self.of(BEYOND)
        if not beyond or any(_status(trial) not in _REFUSED for trial in beyond):
            return {}
        return {key: by for key, by in self.moved.items() if by < 0}

    def not_kept(self, trial: Trial) -> tuple[Sum, Decimal, Decimal] | None:
        """A kept sum that the trial changed: what it was, and is."""
        if self.before is None or not accepted(trial):
            return None
        first, after = numbers(self.before), numbers(trial)
        for each in self.kept:
            if each.keys <= after.keys() and abs(each.of(after) - each.of(first)) > TOLERANCE:
                return each, each.of(first), each.of(after)
        return None

    def raised(self, trial: Trial) -> tuple[Key, Decimal, Decimal] | None:
        """What the trial raised although the ordinary request lowers it: what it was, and is."""
        if self.before is None or not accepted(trial):
            return None
        first, after = numbers(self.before), numbers(trial)
        up = changed(first, after)
        key = next((key for key in self.limited if up.get(key, Decimal(0)) > 0), None)
        return (key, first[key], after[key]) if key is not None else None

    def unreadable(self, trial: Trial) -> str:
        """The reading of what the request lowers that fails after the trial, and does not after all was taken."""
        allowed = self.of(ALL_OF_IT)
        if not allowed or not accepted(trial) or not all(accepted(each) for each in allowed):
            return ""
        for place in sorted({place for place, _ in self.limited}):
            read = of_part(trial, "observe")[place]
            fine = all(of_part(each, "observe")[place].ok for each in allowed)
            if fine and read.response is not None and read.response.status >= _SERVER_ERROR:
                return f"{read.operation} answers {read.response.status}"
        return ""

    def below_zero(self, trial: Trial) -> tuple[Key, Decimal, Decimal] | None:
        """What the trial lowered below zero: what it was, and is."""
        if self.before is None or not accepted(trial):
            return None
        first, after = numbers(self.before), numbers(trial)
        key = next((key for key in self.limited if first[key] >= 0 > after.get(key, Decimal(0))), None)
        return (key, first[key], after[key]) if key is not None else None


def judge_sums(history: History) -> list[Judgement]:
    """A judgement for each fault; else one that says what was tried."""
    shown = Sums(history)
    found = [*_to_itself(shown), *_negative(shown), *_two_lines(shown), *_fractions(shown)]
    if found:
        return found
    if history.trials and (shown.before is None or shown.once is None):
        return [unproven(history, Status.UNKNOWN, "the request was not accepted twice")]
    tried = [case for case in _CASES if shown.of(case)]
    why = f"adds up {', and '.join(tried)}" if tried else "moves nothing that an odd request could be made of"
    return [unproven(history, Status.HELD, why)]


def _to_itself(shown: Sums) -> Iterator[Judgement]:
    for trial in shown.of(TO_ITSELF)[:1]:
        broken = shown.not_kept(trial)
        if broken is not None:
            each, was, now = broken
            yield _proven(
                shown,
                UNCONSERVED_TRANSFER,
                trial,
                title=f"{_name(shown)} to the one it comes from changes the sum of {each.name}",
                expected=f"a refusal, or {each.name} of all {len(each.keys)} in sum {plain(was)}, as after any other",
                seen=f"{_status(trial)}, and {each.name} of all in sum {plain(now)}",
            )


def _negative(shown: Sums) -> Iterator[Judgement]:
    for trial in shown.of(NEGATIVE)[:1]:
        turned = shown.raised(trial)
        if turned is not None and shown.before is not None:
            key, was, now = turned
            what = told(shown.before, key)
            yield _proven(
                shown,
                NEGATIVE_AMOUNT,
                trial,
                title=f"{_name(shown)} with a negative amount gives what it should take",
                expected=f"a refusal: it lowers {what}, and is refused where that does not suffice",
                seen=f"{_status(trial)} to {_given(trial)}, and {what} rises from {plain(was)} to {plain(now)}",
            )


def _two_lines(shown: Sums) -> Iterator[Judgement]:
    for trial in shown.of(TWO_LINES)[:1]:
        sunk, unreadable = shown.below_zero(trial), shown.unreadable(trial)
        if shown.before is not None and (sunk is not None or unreadable):
            after = f"{told(shown.before, sunk[0])} is {plain(sunk[2])}" if sunk else unreadable
            most = plain(max(numbers(shown.before)[key] for key in shown.limited))
            yield _proven(
                shown,
                LIMIT_BY_LINE,
                trial,
                title=f"{_name(shown)} takes more than there is when the same item stands in it twice",
                expected=f"{_status(shown.of(BEYOND)[0])}, as for one line that asks for more than {most}",
                seen=f"{_status(trial)}, and {after}",
            )


def _fractions(shown: Sums) -> Iterator[Judgement]:
    for trial in shown.of(FRACTIONS):
        found = next(iter(inexact(trial)), None)
        if found is not None:
            exchange, pointer, value = found
            what = f"{pointer.lstrip('/').replace('/-', '[]').replace('/', '.')} in the answer to {exchange.operation}"
            yield _proven(
                shown,
                INEXACT_MONEY,
                trial,
                title=f"{_name(shown)} makes amounts of money that are no multiple of any unit",
                expected=f"{what} is {round(value, 4)}: all amounts that were sent have one decimal",
                seen=f"{what} is {value!r}",
            )
            return


def _proven(shown: Sums, weakness: Weakness, trial: Trial, *, title: str, expected: str, seen: str) -> Judgement:
    history = shown.history
    return Judgement(
        status=Status.PROVEN,
        severity=weakness.severity,
        title=title,
        expected=expected,
        seen=seen,
        trial=trial.id,
        scenario=trial.scenario,
        location=handler_of(history) or history.location,
        trials=len(history.trials),
        weakness=weakness.id,
        root=weakness.id,
    )


def _name(shown: Sums) -> str:
    return shown.history.operations[0]


def _status(trial: Trial) -> int | None:
    exchange = next(iter(of_part(trial, "attack")), None)
    return exchange.response.status if exchange and exchange.response else None


def _given(trial: Trial) -> str:
    """The body that was sent, as far as it can be told in a line."""
    exchange = next(iter(of_part(trial, "attack")), None)
    return (exchange.request.body or "" if exchange else "")[:80]
