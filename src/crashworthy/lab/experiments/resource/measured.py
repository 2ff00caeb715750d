"""What experiments on cost share: some plays are a look only, and the first of the others that shows it counts."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.experiment import Experiment, Lab
from crashworthy.lab.experiments.trial import Recorder, of_part, replayed

SHOWN = "attack"
"""The purpose of the plays that are judged."""


class Measured(Experiment):
    """An experiment that measures what requests cost.

    `untried` says why nothing is known where no request could be made, `cheap` what `{tried}` requests showed instead.
    """

    untried: ClassVar[str]
    cheap: ClassVar[str]

    @abstractmethod
    def shown(self, trial: Trial, history: History) -> Judgement | None:
        """The judgement of a play that shows the weakness. Pure."""

    @abstractmethod
    def play(self, scenario: Scenario, recorder: Recorder) -> None:
        """Play a scenario whose cost is to be judged."""

    def tried(self, history: History) -> int:
        """How many requests were made that might have cost much; by default all of the attacks."""
        return sum(len(of_part(trial, "attack")) for trial in history.trials)

    def judge(self, history: History) -> Judgement:
        """PROVEN for the first play that shows it."""
        tried = self.tried(history)
        for trial in history.trials:
            if trial.purpose == SHOWN and (found := self.shown(trial, history)) is not None:
                return found.model_copy(update={"trials": tried})
        why = self.cheap.format(tried=tried) if tried else self.untried
        status = Status.HELD if tried else Status.UNKNOWN
        return Judgement(status=status, why="; ".join([why, *history.notes]), trials=tried)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play again."""
        return replayed(self.id, history, judgement, lab, self.play)


def with_good_request(history: History) -> int:
    """How many plays began with a good request that was accepted."""
    return sum(any(each.done for each in of_part(trial, "attack")[:1]) for trial in history.trials)
