"""The judge of server errors that only overlapping requests meet.

A serial order would have answered each of them with success or a refusal: a 5xx is then neither. How a correct
service could look guilty, and why it does not: one that fails by chance fails in serial plays too, so that many of
them must be without an error; one that says "unavailable, try again" on purpose gives an answer, not a crash; an
overloaded one gives none, and no answer says nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.serializability import (
    Variant,
    attacks,
    masks_of,
    serial_peers,
    variants,
    with_masks,
)
from crashworthy.lab.experiments.input.crashes import Root, is_crash, root
from crashworthy.lab.experiments.observed import state
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.concurrency import CRASH_UNDER_CONCURRENCY

CONTROLS = 5
"""Serial plays of the whole attack that must be without a server error."""

_LONGEST = 160


def overlap_crashes(variant: Variant, trial: Trial) -> list[tuple[int, Exchange]]:
    """The requests of a concurrent trial that failed as no serial play of the variant did, by index in the attack."""
    if not variant.stable or not variant.limit or any(_failed(serial) for serial in variant.serial):
        return []
    return _failed(trial)


def is_controlled(variant: Variant) -> bool:
    """Whether enough serial plays went without a server error, here or in an earlier judgement."""
    full = sum(len(serial.order) == len(variant.attack) for serial in variant.serial)
    return full >= CONTROLS or variant.settled


def left_behind(variant: Variant, trial: Trial) -> bool:
    """Whether what is read back after a trial is not what the accepted requests alone leave, in any order."""
    final = state(trial, variant.masks)
    return not any(final == state(peer, variant.masks) for peer in serial_peers(variant, trial))


def judge_server_errors(history: History) -> list[Judgement]:
    """One PROVEN judgement per root, the worst first; or one that says why there is none; or none where nothing ran."""
    tried = variants(history.trials)
    concurrent = sum(len(variant.concurrent) for variant in tried)
    serial_roots = {root(failed, trial).form for v in tried for trial in v.serial for _, failed in _failed(trial)}
    proven: dict[str, Judgement] = {}
    uncontrolled = False
    for variant, trial in _smallest_first(tried):
        for index, failed in overlap_crashes(variant, trial):
            cause = root(failed, trial)
            if cause.form in serial_roots:
                continue
            if not is_controlled(variant) or variant.missing(trial):
                uncontrolled = True
                continue
            judgement = _proven(variant, trial, index, failed, cause, concurrent)
            known = proven.get(cause.key)
            if known is None or _rank(judgement) > _rank(known):
                proven[cause.key] = judgement
    if proven:
        return sorted(proven.values(), key=_rank, reverse=True)
    if uncontrolled:
        why = "a server error that no serial order gives was seen, but the last controls were not played"
        return [_undecided(Status.UNKNOWN, why, history, concurrent)]
    if not concurrent:
        return []
    why = f"{concurrent} concurrent trials gave no server error that no serial order gives"
    return [_undecided(Status.HELD, why, history, concurrent)]


def _undecided(status: Status, why: str, history: History, trials: int) -> Judgement:
    why = "; ".join([why, *history.notes])
    return Judgement(status=status, why=why, trials=trials, weakness=CRASH_UNDER_CONCURRENCY.id)


def _smallest_first(tried: Sequence[Variant]) -> Iterator[tuple[Variant, Trial]]:
    for variant in sorted(tried, key=lambda item: len(item.attack)):
        for trial in variant.concurrent:
            yield variant, trial


def _failed(trial: Trial) -> list[tuple[int, Exchange]]:
    return [
        (index, exchange)
        for index, exchange in attacks(trial)
        if (exchange.response is not None or trial.crashed) and is_crash(exchange, trial.events)
    ]


def _proven(variant: Variant, trial: Trial, index: int, failed: Exchange, cause: Root, trials: int) -> Judgement:
    severity, because = _consequence(variant, trial, index, failed)
    answered = _answers(trial)
    names = list(dict.fromkeys(step.operation for step in variant.attack))
    who = f"{names[0]} requests" if len(names) == 1 else " and ".join(names)
    return Judgement(
        status=Status.PROVEN,
        weakness=CRASH_UNDER_CONCURRENCY.id,
        severity=severity,
        title=f"Concurrent {who} fail with {_fault(cause)}",
        expected=f"answers that some serial order gives: {_serial_answers(variant)}",
        seen=f"{answered} at the same time; {_exception(trial.events, failed, cause)}{because}",
        trial=trial.id,
        scenario=with_masks(trial.scenario, variant.masks | masks_of(trial.scenario)),
        location=cause.location,
        trials=trials,
        operations=tuple(dict.fromkeys((failed.operation, *names))),
        root=cause.kind,
    )


def _consequence(variant: Variant, trial: Trial, index: int, failed: Exchange) -> tuple[Severity, str]:
    """MINOR when all that is wrong is the answer of a request that was to be refused; MAJOR otherwise, and why."""
    if trial.crashed:
        return Severity.BLOCKER, "; the service's process ended"
    if any(event.kind == "outbound" and event.exchange == failed.id for event in trial.events):
        refused = {
            exchange.id: serial
            for serial in variant.serial
            for order, exchange in attacks(serial)
            if variant.kinds[order] == variant.kinds[index] and not exchange.done
        }
        if not any(event.exchange in refused for serial in refused.values() for event in _outbound(serial)):
            return Severity.MAJOR, "; it had called another system before"
    accepted = variant.accepted(trial)
    full = [serial for serial in variant.serial if len(serial.order) == len(variant.attack)]
    if not any(variant.accepted(serial) == accepted for serial in full):
        return Severity.MAJOR, "; no serial order refuses it"
    if variant.settled and left_behind(variant, trial):
        return Severity.MAJOR, "; and what is read back is not what any serial order leaves"
    return Severity.MINOR, ""


def _outbound(trial: Trial) -> list[SensorEvent]:
    return [event for event in trial.events if event.kind == "outbound"]


def _rank(judgement: Judgement) -> int:
    return (judgement.severity or CRASH_UNDER_CONCURRENCY.severity).rank


def _fault(cause: Root) -> str:
    return "a server error" if " " in cause.kind else cause.kind


def _serial_answers(variant: Variant) -> str:
    full = [serial for serial in variant.serial if len(serial.order) == len(variant.attack)]
    return " or ".join(sorted({_answers(serial) for serial in full}))


def _answers(trial: Trial) -> str:
    statuses = Counter(
        str(exchange.response.status) if exchange.response else "no answer" for exchange in of_part(trial, "attack")
    )
    return ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))


def _exception(events: Sequence[SensorEvent], failed: Exchange, cause: Root) -> str:
    told = next((event for event in events if event.kind == "exception" and event.exchange == failed.id), None)
    message = str(told.data.get("message", "")).splitlines()[:1] if told is not None else []
    text = cause.kind + (f": {message[0][:_LONGEST]}" if message and message[0] else "")
    return text + (f" at {cause.location}" if cause.location else "")
