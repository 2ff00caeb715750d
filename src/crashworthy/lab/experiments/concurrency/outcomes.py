"""The judge of lost updates: the smallest variant whose concurrent trial no serial order explains."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.concurrency.footprint import only_adds, only_reads
from crashworthy.lab.experiments.concurrency.serializability import (
    Outcome,
    Variant,
    masks_of,
    serial_peers,
    variants,
    with_masks,
)
from crashworthy.lab.experiments.concurrency.wording import expected_and_seen, location, meeting_of, title
from crashworthy.lab.experiments.observed import changes
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.weaknesses.concurrency import LOST_UPDATE

_VIEWS = word_set("view hit visit click impression pageview")

DISTINCT = "distinct"
"""Setting of a proven scenario: JSON Pointers into the answers to what must not be given twice."""


def distinct_of(scenario: Scenario) -> tuple[str, ...]:
    """The pointers in the scenario's settings."""
    saved = scenario.settings.get(DISTINCT)
    return tuple(str(path) for path in saved) if isinstance(saved, list) else ()


def judge_outcomes(history: History) -> list[Judgement]:
    """PROVEN, HELD or UNKNOWN for the lost update, the worst first.

    That several actors, or one on several objects, are accepted beyond a limit is a fault of its own; any other
    outcome of theirs is told only where equal requests of one actor show none.
    """
    tried = variants(history.trials)
    concurrent = sum(len(variant.concurrent) for variant in tried)
    proven: dict[str, Judgement] = {}
    unsettled = False
    for variant in sorted(tried, key=lambda item: (meeting_of(item) != "", len(item.attack))):
        meeting = meeting_of(variant)
        for trial in variant.concurrent if meeting not in proven else ():
            outcome = variant.assess(trial)
            unsettled = unsettled or outcome.guilty
            if outcome.guilty and variant.settled and (not proven or outcome is Outcome.EXCESS):
                proven[meeting] = _proven(history, variant, trial, outcome, concurrent)
                break
    if proven:
        return list(proven.values())
    status, why = _unproven(tried, concurrent, unsettled)
    why = "; ".join([why, *history.notes])
    return [Judgement(status=status, why=why, trials=concurrent, weakness=LOST_UPDATE.id)]


def any_visible(tried: Sequence[Variant]) -> bool:
    """Whether a lost change could have shown in any variant that was tried."""
    return any(variant.visible for variant in tried if variant.concurrent)


def _proven(history: History, variant: Variant, trial: Trial, outcome: Outcome, trials: int) -> Judgement:
    expected, seen = expected_and_seen(variant, trial, outcome)
    only_answers = outcome is Outcome.GIVEN_TWICE or (outcome is Outcome.EXCESS and " is " not in seen)
    scenario = with_masks(trial.scenario, variant.masks | masks_of(trial.scenario))
    distinct = [path for path, _ in variant.given_twice(trial)] if outcome is Outcome.GIVEN_TWICE else []
    if distinct:
        scenario = scenario.model_copy(update={"settings": {**scenario.settings, DISTINCT: list(distinct)}})
    severity = Severity.MAJOR if only_answers else LOST_UPDATE.severity
    if outcome is Outcome.STATE and _only_views(variant, trial):
        severity = Severity.MINOR
    if outcome is Outcome.EXCESS and variant.braked:
        severity = Severity.MINOR if only_answers else Severity.MAJOR
    return Judgement(
        status=Status.PROVEN,
        severity=severity,
        title=title(variant, outcome, distinct[0].rpartition("/")[2] if distinct else ""),
        expected=expected,
        seen=seen,
        trial=trial.id,
        scenario=scenario,
        location=location(history, trial),
        trials=trials,
        weakness=LOST_UPDATE.id,
        root=(meeting_of(variant) or None) if outcome is Outcome.EXCESS else distinct[0] if distinct else None,
    )


def _only_views(variant: Variant, trial: Trial) -> bool:
    """Whether all that was lost are counts of views: one view in many is missed by nobody."""
    found = [changes(peer, trial, variant.masks) for peer in serial_peers(variant, trial)]
    nearest = min(found, key=len, default=[])
    return bool(nearest) and all({*words(path.rpartition("/")[2])} & _VIEWS for _, path, _, _ in nearest)


def _unproven(tried: list[Variant], concurrent: int, unsettled: bool) -> tuple[Status, str]:
    if unsettled:
        return Status.UNKNOWN, "an outcome that no serial order gives was seen, but the last control was not played"
    if not concurrent:
        accepted = any(variant.limit for variant in tried)
        why = "two equal serial plays do not agree" if accepted else "no request of the attack was accepted"
        return Status.UNKNOWN, why if tried else "no trial was played"
    if not any_visible(tried):
        serial = [trial for variant in tried for trial in variant.serial if trial.order]
        if all(map(only_adds, serial)):
            return Status.HELD, f"{concurrent} concurrent trials; the requests only insert rows and read none of them"
        if all(map(only_reads, serial)):
            return Status.HELD, f"{concurrent} concurrent trials; the requests change nothing"
        if all(proves_identity(step) for variant in tried for step in variant.attack):
            return Status.HELD, f"{concurrent} concurrent trials; what a login leaves behind nobody reads back"
        return Status.UNKNOWN, "nothing that can be read back shows what the requests change"
    return Status.HELD, f"{concurrent} concurrent trials ended as some serial order would"
