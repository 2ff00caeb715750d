"""Is what concurrent requests left behind possible when they run one after another, in some order?

The judge of races. It accuses only when every serial order of the accepted requests was played, equal serial plays
agreed, and the concurrent outcome is in none of them: an accepted set that no order allows, or a final state that no
order gives. A refused request counts as not executed. A request that failed or was not answered may or may not have
been executed, and may have been in part: a trial with one accuses only by the requests that were accepted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import permutations

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.scenario import Interleaving, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.identity import given_twice
from crashworthy.lab.experiments.observed import Mask, differing, state
from crashworthy.lab.experiments.trial import of_part

VARIANT = "variant"
MASKS = "masks"
LATE = "late control"
IDEMPOTENT = frozenset({"PUT", "DELETE"})
_ACCEPTED, _UNAUTHORISED, _TOO_MANY = 202, 401, 429


class Outcome(Enum):
    """What one concurrent trial shows."""

    SERIAL = "some serial order gives the same"
    EXCESS = "more requests were accepted than any serial order allows"
    STATE = "no serial order gives the final state"
    GIVEN_TWICE = "two answers name different things alike"
    AMBIGUOUS = "a request failed, so that the trial says nothing"
    INCOMPLETE = "serial orders to compare with are missing"
    UNSTABLE = "two equal serial plays do not agree"

    @property
    def guilty(self) -> bool:
        """Whether the outcome is a proof."""
        return self in {Outcome.EXCESS, Outcome.STATE, Outcome.GIVEN_TWICE}


@dataclass(frozen=True)
class Variant:
    """The trials of one setup and attack: serial ones in several orders, and concurrent ones."""

    name: str
    trials: tuple[Trial, ...]

    @cached_property
    def attack(self) -> tuple[Step, ...]:
        """The requests that are brought together."""
        return self.trials[0].scenario.attack

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """For each request of the attack the index of the first equal one: equal requests are interchangeable."""
        return tuple(self.attack.index(step) for step in self.attack)

    @cached_property
    def serial(self) -> tuple[Trial, ...]:
        """Trials that ran the requests one after another."""
        return tuple(t for t in self.trials if t.scenario.interleaving is Interleaving.SERIAL)

    @cached_property
    def concurrent(self) -> tuple[Trial, ...]:
        """Trials that ran the requests together."""
        return tuple(t for t in self.trials if t.scenario.interleaving is not Interleaving.SERIAL)

    @cached_property
    def masks(self) -> frozenset[Mask]:
        """What must be hidden for equal serial plays to agree, and what an earlier judgement had to hide."""
        found = masks_of(self.trials[0].scenario)
        for group in self._equal_orders():
            found |= differing(group)
        return found

    @cached_property
    def stable(self) -> bool:
        """Whether a serial order was played twice, and equal plays accepted the same requests."""
        groups = self._equal_orders()
        agree = all(len({accepted_pattern(trial) for trial in group}) == 1 for group in groups)
        return agree and any(len(group) > 1 and group[0].order for group in groups)

    @cached_property
    def settled(self) -> bool:
        """Whether a serial play at another pace showed what depends on the clock, here or in an earlier judgement."""
        return any(trial.purpose == LATE for trial in self.serial) or MASKS in self.trials[0].scenario.settings

    @cached_property
    def limit(self) -> int:
        """The most requests that any full serial order accepted."""
        return max((sum(self.accepted(trial).values()) for trial in self.serial), default=0)

    @cached_property
    def visible(self) -> bool:
        """Whether a lost change could show: in what is read back, or because some order refuses a request."""
        texts = {state(trial, self.masks) for trial in self.serial}
        return len(texts) > 1 or 0 < self.limit < len(self.attack)

    @property
    def braked(self) -> bool:
        """Whether all that is refused one after another came too fast: a brake that lets one more pass still brakes."""
        refused = [each.response for serial in self.serial for _, each in attacks(serial) if not each.ok]
        return bool(refused) and all(response and response.status == _TOO_MANY for response in refused)

    def accepted(self, trial: Trial) -> Counter[int]:
        """How many requests of each kind the trial accepted."""
        return Counter(self.kinds[index] for index, exchange in attacks(trial) if exchange.done)

    def orders(self, indices: Iterable[int]) -> Iterator[tuple[int, ...]]:
        """All orders of these requests that differ in the order of kinds."""
        seen = set()
        for order in permutations(indices):
            signature = self.signature(order)
            if signature not in seen:
                seen.add(signature)
                yield order

    def signature(self, order: Iterable[int]) -> tuple[int, ...]:
        """The kinds in that order."""
        return tuple(self.kinds[index] for index in order)

    def missing(self, trial: Trial) -> list[tuple[int, ...]]:
        """Serial orders that must be played before this concurrent trial can be judged."""
        played = {self.signature(serial.order) for serial in self.serial}
        wanted = list(self.orders(range(len(self.attack))))
        accepted = [index for index, exchange in attacks(trial) if exchange.done]
        # A full order that accepted exactly these is as good as an order of these alone, but all must be there.
        wanted += list(self.orders(accepted))
        return [order for order in dict.fromkeys(wanted) if self.signature(order) not in played]

    def given_twice(self, trial: Trial) -> list[tuple[str, Json]]:
        """What a concurrent trial's answers name alike and no serial play's do; requests of one operation only."""
        if len({step.operation for step in self.attack}) > 1:
            return []
        # Equal requests may share the work that is under way for one of them.
        if any(each.response and each.response.status == _ACCEPTED for each in _accepted_answers(trial)):
            return []
        return given_twice([_accepted_answers(serial) for serial in self.serial], _accepted_answers(trial))

    def assess(self, trial: Trial) -> Outcome:
        """Judge one concurrent trial."""
        outcome = self._assess(trial)
        if outcome in {Outcome.SERIAL, Outcome.AMBIGUOUS} and self.given_twice(trial):
            return Outcome.GIVEN_TWICE
        return outcome

    def _assess(self, trial: Trial) -> Outcome:
        if not self.stable:
            return Outcome.UNSTABLE
        if self.missing(trial):
            return Outcome.INCOMPLETE
        accepted = self.accepted(trial)
        full = [serial for serial in self.serial if len(serial.order) == len(self.attack)]
        final = state(trial, self.masks)
        if not any(accepted <= self.accepted(serial) for serial in full):
            harmless = all(self.attack[kind].method in IDEMPOTENT for kind in accepted) or self._ends_login(trial, full)
            if not (harmless and any(final == state(serial, self.masks) for serial in full)):
                return Outcome.EXCESS
            return Outcome.SERIAL
        if any(_unclear(exchange) for _, exchange in attacks(trial)) or _unread(trial):
            return Outcome.AMBIGUOUS
        same = [serial for serial in self.serial if self.accepted(serial) == accepted]
        if not accepted or not same or any(final == state(serial, self.masks) for serial in same):
            return Outcome.SERIAL
        return Outcome.STATE

    def _ends_login(self, trial: Trial, full: Sequence[Trial]) -> bool:
        """Whether a request ends the login that equal ones show, and gives nothing: logging out twice is once."""
        refused = [each.response for serial in full for _, each in attacks(serial) if not each.ok]
        bodies = {each.response.body for _, each in attacks(trial) if each.ok and each.response}
        unknown = all(response is not None and response.status == _UNAUTHORISED for response in refused)
        return len(set(self.kinds)) == 1 and bool(refused) and unknown and len(bodies) == 1

    def _equal_orders(self) -> list[list[Trial]]:
        groups: dict[tuple[int, ...], list[Trial]] = {}
        for trial in self.serial:
            groups.setdefault(self.signature(trial.order), []).append(trial)
        return list(groups.values())


def variants(trials: Iterable[Trial]) -> list[Variant]:
    """The trials by variant, in the order in which they were begun."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(str(trial.scenario.settings.get(VARIANT, "")), []).append(trial)
    return [Variant(name, tuple(trials)) for name, trials in groups.items()]


def attacks(trial: Trial) -> list[tuple[int, Exchange]]:
    """The attack's exchanges with their index in the scenario's attack."""
    return list(zip(trial.order, of_part(trial, "attack"), strict=False))


def accepted_pattern(trial: Trial) -> tuple[bool, ...]:
    """Whether each request of the attack was accepted, in the order they were made."""
    return tuple(exchange.done for _, exchange in attacks(trial))


def masks_of(scenario: Scenario) -> frozenset[Mask]:
    """The masks that an earlier judgement put into the scenario's settings."""
    saved = scenario.settings.get(MASKS)
    if not isinstance(saved, list):
        return frozenset()
    return frozenset((str(item[0]), str(item[1])) for item in saved if isinstance(item, list) and len(item) == 2)


def with_masks(scenario: Scenario, masks: Iterable[Mask]) -> Scenario:
    """The scenario with masks in its settings."""
    saved: list[Json] = [[operation, path] for operation, path in sorted(masks)]
    return scenario.model_copy(update={"settings": {**scenario.settings, MASKS: saved}})


def serial_peers(variant: Variant, trial: Trial) -> Sequence[Trial]:
    """Serial trials to compare the trial with: those that accepted as much, else the full ones."""
    accepted = variant.accepted(trial)
    same = [serial for serial in variant.serial if variant.accepted(serial) == accepted]
    return same or [serial for serial in variant.serial if len(serial.order) == len(variant.attack)]


def _accepted_answers(trial: Trial) -> list[Exchange]:
    return [exchange for _, exchange in attacks(trial) if exchange.done]


def _unclear(exchange: Exchange) -> bool:
    # A redirect may be a refusal (to a login page) or the answer of a form that was accepted.
    return exchange.response is None or exchange.response.status >= 500 or 300 <= exchange.response.status < 400


def _unread(trial: Trial) -> bool:
    return trial.crashed or any(exchange.response is None for exchange in of_part(trial, "observe"))
