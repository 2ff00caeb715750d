"""The judge of plays on two processes: does the second know what the first was told, and the first what the second did?

It compares with the same play on one of the two, while the other runs idle. A second process is accused when it refuses
what the one accepts, when what it was told cannot be read back from the first, nor some seconds later, and when a limit
holds for each process by itself. A cache that was filled before is told apart: it may end by itself, so that serving
what was changed meanwhile is proven nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments import refusal
from crashworthy.lab.experiments.compared import Compared, accepted, unproven
from crashworthy.lab.experiments.concurrency.serializability import with_masks
from crashworthy.lab.experiments.effects import Change, effects, told
from crashworthy.lab.experiments.observed import Mask, differing
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.workers import KNOWN_TO_ONE_PROCESS

BASELINE = "baseline"
ONE = "one of two processes"
OTHER = "the other process"
LATE = "the other process, read later"
PRIMED_ONE = "one process, read before"
PRIMED = "the other process, read before"
PRIMED_LATE = "the other process, read before and later"
COUNTED = "until refused by one process"
SHARED_OUT = "until refused by both in turn"

WORKERS = "workers"
ONE_MEMORY = "one memory"

_TELLING = 2
_REFUSALS = range(400, 500)
_TRY_LATER = 429
_MAX_AGE = re.compile(r"(?:s-maxage|max-age)\s*=\s*0*[1-9]", re.IGNORECASE)


@dataclass(frozen=True)
class Knowing(Compared):
    """The trials of one operation."""

    @cached_property
    def one(self) -> Trial | None:
        """The request, accepted twice by one process."""
        return self.twice(ONE)

    @cached_property
    def masks(self) -> frozenset[Mask]:
        """What differs between plays that mean the same."""
        found = self.saved_masks
        found |= refusal.changed_anyway(self.one_of(BASELINE), self.of(refusal.REFUSED))
        return found | differing(self.of(ONE))

    @cached_property
    def full(self) -> list[Change]:
        """What the request changes."""
        before = self.one_of(BASELINE)
        return effects(before, self.one, self.masks) if before and self.one else []

    def refused(self, trial: Trial) -> Exchange | None:
        """The request that the other process refused."""
        for found in of_part(trial, "attack")[:1]:
            if found.response is not None and not found.done and _status(found) != _TRY_LATER:
                return found
        return None

    def lost(self, trial: Trial, control: Trial) -> list[Change]:
        """What the request changes, and is as before when it is read from the first process."""
        if not accepted(trial):
            return []
        before = {(what, path): value for what, path, value, _ in self.full}
        return [change for change in effects(control, trial, self.masks) if before.get(change[:2], _NEVER) == change[3]]

    def accepted(self, purpose: str) -> list[int]:
        """How many of the requests were accepted before the first was refused for good, per play; all refusals 4xx."""
        found = []
        for trial in self.of(purpose):
            made = of_part(trial, "attack")
            if all(each.done or _status(each) in _REFUSALS for each in made):
                found.append(sum(each.done for each in made))
        return found


_NEVER = object()


def judge_knowing(history: History) -> Judgement:
    """One judgement, of the first of these that the plays show."""
    shown = Knowing(history)
    tried = len([trial for trial in history.trials if trial.purpose in (OTHER, LATE, PRIMED, SHARED_OUT)])
    if shown.one is None:
        return unproven(history, Status.UNKNOWN, "one of two processes did not accept it twice", tried)
    if not tried:
        return unproven(history, Status.UNKNOWN, "it was not spread over two processes", tried)
    found = _refusal(shown, tried) or _loss(shown, tried) or _limit(shown, tried) or _stale(shown, tried)
    if found is not None:
        return found
    held = f"spread over two processes {tried} times, it was the same as on one"
    return unproven(history, Status.HELD, held, tried)


def _refusal(shown: Knowing, tried: int) -> Judgement | None:
    refused = [exchange for purpose in (OTHER, LATE) for trial in shown.of(purpose)[:1]
               if (exchange := shown.refused(trial)) is not None]  # fmt: skip
    if len(refused) < 2 or len({_status(exchange) for exchange in refused}) > 1 or shown.one is None:
        return None
    name = shown.history.operations[0]
    accepted = of_part(shown.one, "attack")[0]
    return _shown(
        shown,
        shown.of(OTHER)[0],
        tried,
        title=f"{name} is refused by a process that did not serve what came before it",
        expected=f"{name} answers {_status(accepted)}, as it does where one process serves all of it",
        seen=f"{name} answers {_status(refused[0])} from a second process on the same files and databases",
    )


def _loss(shown: Knowing, tried: int) -> Judgement | None:
    assert shown.one is not None
    for trial in shown.of(OTHER)[:1]:
        lost = shown.lost(trial, shown.one)
        later = shown.of(LATE)
        if not lost or not later or not shown.lost(later[0], shown.one):
            return None
        return _shown(
            shown,
            trial,
            tried,
            title=f"What {shown.history.operations[0]} does in one process is not known to another",
            expected=_told(lost, 2),
            seen=f"{_told(lost, 3)}, read from the process that did not serve the request",
        )
    return None


def _limit(shown: Knowing, tried: int) -> Judgement | None:
    alone, together = shown.accepted(COUNTED), shown.accepted(SHARED_OUT)
    if len(alone) < 2 or len(set(alone)) > 1 or len(together) < 2 or not alone[0]:
        return None
    sent = len(shown.of(COUNTED)[0].scenario.attack)
    if alone[0] >= sent or min(together) < min(2 * alone[0], sent):
        return None
    name = shown.history.operations[0]
    found = _shown(
        shown,
        shown.of(SHARED_OUT)[0],
        tried,
        title=f"The limit of {name} holds for each process by itself",
        expected=f"{alone[0]} of {sent} requests are accepted, as where one process serves them",
        seen=f"{min(together)} of {sent} are accepted where two serve them in turn",
    )
    refused = [each for each in of_part(shown.of(COUNTED)[0], "attack") if not each.done]
    # A brake that lets pass a few times as much still brakes; a limit on what there is does not hold at all.
    brakes = all(_status(each) == _TRY_LATER for each in refused)
    return found.model_copy(update={"severity": Severity.MINOR}) if brakes else found


def _stale(shown: Knowing, tried: int) -> Judgement | None:
    fresh, stale = shown.of(PRIMED_ONE), shown.of(PRIMED)
    if not fresh or not stale or any(_MAX_AGE.search(_cache_control(each)) for each in of_part(stale[0], "observe")):
        return None
    later = shown.of(PRIMED_LATE)
    lost = shown.lost(stale[0], fresh[0])
    if not lost or not later or not shown.lost(later[0], fresh[0]):
        return None
    found = _shown(
        shown,
        stale[0],
        tried,
        title=f"A process serves what {shown.history.operations[0]} has changed in another",
        expected=_told(lost, 2),
        seen=f"{_told(lost, 3)}, read from a process that was asked for it before",
    )
    why = "a cache in each process may be meant, where what it holds ends soon enough"
    return found.model_copy(update={"status": Status.SUSPECTED, "severity": Severity.MINOR, "why": why})


def _shown(shown: Knowing, trial: Trial, tried: int, *, title: str, expected: str, seen: str) -> Judgement:
    """Proven where several processes are declared that share no memory."""
    history = shown.history
    why = ""
    if history.settings.get(ONE_MEMORY):
        why = "the service may share memory between the processes that it starts itself"
    elif not isinstance(workers := history.settings.get(WORKERS), int) or workers < 2:
        why = "the service declares one process; `workers = 2` under [service] in crashworthy.toml makes this a proof"
    return Judgement(
        status=Status.SUSPECTED if why else Status.PROVEN,
        severity=KNOWN_TO_ONE_PROCESS.severity,
        title=title,
        expected=expected,
        seen=seen,
        why=why,
        trial=trial.id,
        scenario=with_masks(trial.scenario, shown.masks),
        location=history.location or handler_of(history),
        trials=tried,
    )


def _told(changes: list[Change], place: int) -> str:
    return " and ".join(told(*change[:2], change[place]) for change in changes[:_TELLING])


def _status(exchange: Exchange) -> int | None:
    return exchange.response.status if exchange.response else None


def _cache_control(exchange: Exchange) -> str:
    headers = exchange.response.headers if exchange.response else ()
    return ", ".join(value for name, value in headers if name.lower() == "cache-control")
