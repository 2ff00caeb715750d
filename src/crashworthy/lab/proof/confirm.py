"""From a judgement to a proof: shrunk, and seen again from a fresh state, twice."""

from __future__ import annotations

import dataclasses
import time

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Scenario
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.experiment import USUAL_TRIAL_S, Experiment, Lab
from crashworthy.lab.proof.shrink import shrink

REPLAYS = 2
MOST_REPLAYS = 3
"""An interleaving may miss once; how often it showed is told."""

_SHRINK_SHARE = 0.1
_SHRINK_S = 6.0
_SHRINK_MINOR_S = 2.0
"""What hardly anybody will look at need not be as small."""
_SLOW_TRIAL_S = 0.5


def confirm(experiment: Experiment, history: History, judgement: Judgement, lab: Lab) -> Proof | None:
    """The proof, or None when the fault did not show in two fresh replays within the budget."""
    if judgement.scenario is None:
        return None
    small = _shrunk(experiment, history, judgement, judgement.scenario, lab)
    tried = (small,) if small == judgement.scenario else (small, judgement.scenario)
    for scenario in tried:
        proof = _replayed(experiment, history, judgement, scenario, lab)
        if proof is not None:
            return proof
    return None


def replay_proof(experiment: Experiment, proof: Proof, lab: Lab) -> Judgement | None:
    """Play a saved proof once more on fresh copies: what it shows now, or None when the fault does not show."""
    history = History(
        id=proof.history,
        experiment=proof.experiment,
        weakness=proof.weakness,
        operations=proof.operations,
        location=proof.location,
        seed=lab.seed,
        settings=proof.settings,
    )
    judgement = Judgement(
        status=Status.PROVEN,
        title=proof.title,
        scenario=proof.scenario,
        weakness=proof.weakness,
        location=proof.location,
    )
    shown = _shows(experiment, history, judgement, proof.scenario, lab)
    return shown[0] if shown else None


def _replayed(
    experiment: Experiment, history: History, judgement: Judgement, scenario: Scenario, lab: Lab
) -> Proof | None:
    shown: list[tuple[Judgement, Trial]] = []
    replays = 0
    while len(shown) < REPLAYS and replays < MOST_REPLAYS and replays - len(shown) < MOST_REPLAYS - REPLAYS + 1:
        replays += 1
        # What was seen once more is replayed with the service as it is.
        found = _shows(experiment, history, judgement, scenario, dataclasses.replace(lab, as_it_is=bool(shown)))
        if found is not None:
            shown.append(found)
    if len(shown) < REPLAYS or judgement.scenario is None:
        return None
    again, trial = shown[-1]
    # The first judgement may know more (who else was held), unless it speaks of a larger scenario.
    told = judgement if scenario == judgement.scenario else again
    if told is judgement:
        trial = next((first for first in history.trials if first.id == judgement.trial), trial)
    return Proof(
        id=history.id,
        experiment=history.experiment,
        weakness=judgement.weakness or history.weakness,
        title=judgement.title or history.weakness,
        severity=judgement.severity or next(w for w in experiment.weaknesses if w.id == history.weakness).severity,
        operations=judgement.operations or history.operations,
        expected=told.expected,
        seen=told.seen,
        scenario=again.scenario or scenario,
        trial=trial,
        replayed=len(shown),
        replays=replays,
        location=judgement.location,
        history=history.id,
        settings=history.settings,
    )


def _shrunk(experiment: Experiment, history: History, judgement: Judgement, scenario: Scenario, lab: Lab) -> Scenario:
    # Replays come first: a proof that could be smaller is a proof.
    spare = lab.left() - REPLAYS * experiment.replay_s
    most = _SHRINK_S if (judgement.severity or Severity.MAJOR).at_least(Severity.MAJOR) else _SHRINK_MINOR_S
    until = time.monotonic() + min(most, _SHRINK_SHARE * lab.left(), spare)

    def still_shows(smaller: Scenario) -> bool:
        return _shows(experiment, history, judgement, experiment.quick(smaller), lab) is not None

    # Where set-ups are slow, to play one more often than needed costs more than a proof of one request less is worth.
    try_s = experiment.replay_s * lab.trial_s / USUAL_TRIAL_S if lab.trial_s > _SLOW_TRIAL_S else 0.0
    return shrink(scenario, still_shows, lambda: until - time.monotonic(), try_s)


def _shows(
    experiment: Experiment, history: History, judgement: Judgement, scenario: Scenario, lab: Lab
) -> tuple[Judgement, Trial] | None:
    """One replay: the same fault again and the trial that shows it, or None."""
    again = experiment.replay(history, judgement.model_copy(update={"scenario": scenario}), lab)
    for found in experiment.judgements(again):
        if found.status is not Status.PROVEN or not _same(found, judgement):
            continue
        trial = next((trial for trial in again.trials if trial.id == found.trial), None)
        if trial is not None:
            return found, trial
    return None


def _same(found: Judgement, judgement: Judgement) -> bool:
    """Whether two judgements speak of the same fault: at the same place, where places are known."""
    if found.weakness != judgement.weakness and None not in (found.weakness, judgement.weakness):
        return False
    one, other = found.location, judgement.location
    if one is None or other is None:
        return True
    return one.file == other.file and (
        one.line == other.line or (one.symbol is not None and one.symbol == other.symbol)
    )
