"""A request that is refused for what it says: what it changes nevertheless belongs to no request.

Services count calls per minute, note when a key was used last, and lower what is left of a plan, whatever becomes of
the request. What differs between a play with such a request and one without any is therefore masked.
"""

from __future__ import annotations

from collections.abc import Iterable

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments import episode
from crashworthy.lab.experiments.observed import Mask, differing
from crashworthy.lab.experiments.trial import Recorder, of_part
from crashworthy.lab.traffic.template import PLACEHOLDER

REFUSED = "refused"
"""Purpose of the play."""

_NOT_FOR_WHAT_IT_SAYS = frozenset({401, 403, 408, 423, 425, 429})
_NOTHING: Json = [None]
_NOBODYS_ID = "999999999"


def play(once: Scenario, recorder: Recorder) -> None:
    """Play the request such that it is refused, where it takes anything that can be wrong."""
    step = wrong(once.attack[0]) if once.attack else None
    if step is not None and not any(trial.purpose == REFUSED for trial in recorder.trials):
        episode.play(recorder, once.model_copy(update={"attack": (step,)}), REFUSED)


def wrong(step: Step) -> Step | None:
    """The step with values of a wrong kind in its body, or else with ids in its path that nobody has."""
    if isinstance(step.body, dict) and step.body:
        return step.model_copy(update={"body": dict.fromkeys(step.body, _NOTHING), "saves": ()})
    path = PLACEHOLDER.sub(lambda match: _NOBODYS_ID if match[1] else match[0], step.path)
    return step.model_copy(update={"path": path, "saves": ()}) if path != step.path else None


def changed_anyway(baseline: Trial | None, trials: Iterable[Trial]) -> frozenset[Mask]:
    """What a refused request changed, compared with none at all."""
    found: frozenset[Mask] = frozenset()
    for trial in trials:
        answers = [each.response.status for each in of_part(trial, "attack") if each.response]
        refused = bool(answers) and all(400 <= each < 500 and each not in _NOT_FOR_WHAT_IT_SAYS for each in answers)
        if baseline is not None and refused:
            found |= differing([baseline, trial])
    return found
