"""Trials of one operation that are compared with each other: what every judge of effects begins with."""

from __future__ import annotations

from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.weakness import Weakness
from crashworthy.lab.experiments.concurrency.serializability import masks_of
from crashworthy.lab.experiments.observed import Mask
from crashworthy.lab.experiments.trial import of_part, whole


@dataclass(frozen=True)
class Compared:
    """The trials of one history, by what they were played for."""

    history: History

    def of(self, purpose: str) -> list[Trial]:
        """Trials for that purpose that are fit to be judged: set up as wanted and read back in full."""
        return [trial for trial in self.history.trials if trial.purpose == purpose and whole(trial)]

    def one_of(self, purpose: str) -> Trial | None:
        """The first of them."""
        return next(iter(self.of(purpose)), None)

    def twice(self, purpose: str) -> Trial | None:
        """The first of those whose requests were accepted, where that was so twice: chance is no control."""
        played = [trial for trial in self.of(purpose) if accepted(trial)]
        return played[0] if len(played) > 1 else None

    @property
    def saved_masks(self) -> frozenset[Mask]:
        """What an earlier judgement of these trials had to hide."""
        return frozenset().union(*(masks_of(trial.scenario) for trial in self.history.trials[:1]))


def accepted(trial: Trial) -> bool:
    """Whether the requests that a trial is about were made, and all of them accepted."""
    attack = of_part(trial, "attack")
    return bool(attack) and all(exchange.done for exchange in attack)


def unproven(
    history: History, status: Status, why: str, tried: int | None = None, weakness: Weakness | None = None
) -> Judgement:
    """A judgement that accuses nobody; `tried` is the number of all trials if not given."""
    return Judgement(
        status=status,
        why="; ".join([why, *history.notes]),
        trials=len(history.trials) if tried is None else tried,
        weakness=weakness.id if weakness is not None else None,
    )
