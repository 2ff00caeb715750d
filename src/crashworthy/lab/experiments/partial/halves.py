"""The judge of broken requests: is what is left either nothing of the request or all of it?

Left halves are explained, and nobody is accused, where the service has them on record: something that reads as
unfinished (a text, a flag or an empty field that neither end of the request shows), a row that was inserted first and
is completed afterwards, a status that is written twice. Calls to dependencies are explained by a record that was
committed before them, by a key under which a dependency knows the repetition, and by a call that takes them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.location import Location
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments import refusal
from crashworthy.lab.experiments.compared import Compared, unproven
from crashworthy.lab.experiments.concurrency.serializability import with_masks
from crashworthy.lab.experiments.effects import Change, calls, effects, is_message, taken, told
from crashworthy.lab.experiments.episode import FAULT
from crashworthy.lab.experiments.observed import MASKED, Mask, differing
from crashworthy.lab.experiments.partial.points import is_staged, recorded_before_call, steps
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.partial import HALF_DONE, UNRECORDED_CALL

BASELINE = "baseline"
ONCE = "once"
LATE = "late control"
BROKEN = "broken off"
STILL = "broken off, read later"
CALLED = "broken off after a call, sent again"
_TELLING = 2


@dataclass(frozen=True)
class Half:
    """What is left of a request: what it changed, and what it should have changed too."""

    done: list[Change]
    missing: list[Change]


@dataclass(frozen=True)
class Breaks(Compared):
    """The trials of one operation."""

    @cached_property
    def once(self) -> Trial | None:
        """The request without faults, accepted twice."""
        return self.twice(ONCE)

    @cached_property
    def baseline(self) -> Trial | None:
        """The same without the request."""
        return self.one_of(BASELINE)

    @cached_property
    def masks(self) -> frozenset[Mask]:
        """What differs between plays that mean the same."""
        found = self.saved_masks
        found |= refusal.changed_anyway(self.baseline, self.of(refusal.REFUSED))
        return found | differing([*self.of(ONCE), *self.of(LATE)])

    @cached_property
    def settled(self) -> bool:
        """Whether what depends on the clock has been looked for."""
        return bool(self.of(LATE)) or any("masks" in trial.scenario.settings for trial in self.history.trials[:1])

    def half(self, trial: Trial) -> Half | None:
        """What is left of the request in this trial, when that is neither nothing nor all nor on record."""
        if self.once is None or self.baseline is None or _answered_well(trial) or self.staged(trial):
            return None
        whole = {(what, path): before for what, path, before, _ in effects(self.baseline, self.once, self.masks)}
        lacking = effects(self.once, trial, self.masks)
        if not lacking or not effects(self.baseline, trial, self.masks):
            return None
        if any((what, path) not in whole and _reads_unfinished(left) for what, path, _, left in lacking):
            return None
        absent = {(what, path) for what, path, _, _ in lacking}
        full = effects(self.baseline, self.once, self.masks)
        done = [change for change in full if change[:2] not in absent]
        missing = [change for change in lacking if change[:2] not in whole or whole[change[:2]] == change[3]]
        return Half(done, missing) if done and len(missing) == len(lacking) else None

    def unrecorded(self, trial: Trial) -> list[str]:
        """Calls that took effect for the broken request, left no trace, and were made again for the next one."""
        if self.once is None or effects(self.once, trial, self.masks) or recorded_before_call(self.once):
            return []
        made = calls(trial)
        if any(call.undoes for call in made) and not any(call.undoes for call in calls(self.once)):
            return []
        known = taken(calls(self.once))
        # A single call was not made again: an outbox sends it later than the control ended, or after the restart.
        return sorted(name for name, times in taken(made).items() if times > max(1, known[name]))

    def staged(self, trial: Trial) -> bool:
        """Whether what was left is on record as unfinished."""
        number = _fault_number(trial)
        return self.once is not None and number is not None and is_staged(steps(self.once), number)


def judge_halves(history: History) -> list[Judgement]:
    """A judgement for what was left half done and one for calls that nobody recorded; else one that says what was."""
    shown = Breaks(history)
    tried = sum(len(shown.of(purpose)) for purpose in (BROKEN, CALLED))
    if shown.once is None or shown.baseline is None:
        return [_unproven(history, Status.UNKNOWN, "the request was not accepted twice", tried)]
    found = [*_half(shown, tried), *_unrecorded(shown, tried)]
    if found:
        return sorted(found, key=lambda judgement: judgement.status is not Status.PROVEN)
    called = [_recorded(shown, tried)] if calls(shown.once) else []
    lasting = sum(step.lasts for step in steps(shown.once))
    if not tried:
        why = "all that it does lasting is one step" if lasting <= 1 else "it was not broken off"
        status = Status.HELD if lasting <= 1 or called else Status.UNKNOWN
        return [_unproven(history, status, why, len(history.trials)), *called]
    why = f"broken off {tried} times, it was done in full or not at all"
    return [_unproven(history, Status.UNKNOWN if history.notes else Status.HELD, why, tried), *called]


def _half(shown: Breaks, tried: int) -> list[Judgement]:
    for trial in shown.of(BROKEN):
        half = shown.half(trial)
        if half is None:
            continue
        later = [
            each for each in shown.of(STILL) if each.scenario.settings.get(FAULT) == trial.scenario.settings.get(FAULT)
        ]
        if not later or not shown.settled:
            why = "half of it was left, but it was not looked at again later"
            return [_unproven(shown.history, Status.UNKNOWN, why, tried)]
        if all(shown.half(each) is not None for each in later):
            return [_proven_half(shown, later[0], half, tried)]
    return []


def _proven_half(shown: Breaks, trial: Trial, half: Half, tried: int) -> Judgement:
    operation = shown.history.operations[0]
    where = broken_at(trial)
    done = " and ".join(told(what, path, value) for what, path, _, value in half.done[:_TELLING])
    return Judgement(
        status=Status.PROVEN,
        severity=HALF_DONE.severity,
        title=f"{operation} is left half done when it {where}",
        expected="all of it or nothing: where "
        + done
        + ", also "
        + " and ".join(told(what, path, value) for what, path, value, _ in half.missing[:_TELLING]),
        seen=f"{done}, but " + " and ".join(told(what, path, left) for what, path, _, left in half.missing[:_TELLING]),
        trial=trial.id,
        scenario=with_masks(trial.scenario, shown.masks),
        location=_fault_place(trial) or handler_of(shown.history),
        trials=tried,
        weakness=HALF_DONE.id,
    )


def _unrecorded(shown: Breaks, tried: int) -> list[Judgement]:
    for trial in shown.of(CALLED):
        names = shown.unrecorded(trial)
        if not names:
            continue
        if not shown.settled:
            why = "a call was made twice for one result, but the last control is missing"
            return [
                _unproven(shown.history, Status.UNKNOWN, why, tried).model_copy(update={"weakness": UNRECORDED_CALL.id})
            ]
        once = taken(calls(shown.once)) if shown.once else {}
        return [
            Judgement(
                status=Status.PROVEN,
                severity=Severity.MAJOR if all(map(is_message, names)) else UNRECORDED_CALL.severity,
                title=f"{shown.history.operations[0]} forgets that it made a call when it {broken_at(trial)}",
                expected="one result on both sides, or a record by which the first call can be found and taken back: "
                + ", ".join(f"{name} {once.get(name, 0)} x" for name in names),
                seen=", ".join(f"{name} {taken(calls(trial))[name]} x" for name in names)
                + " after the client tried again, and everything that can be read back is as after one request",
                trial=trial.id,
                scenario=with_masks(trial.scenario, shown.masks),
                location=_call_place(trial) or handler_of(shown.history),
                trials=tried,
                weakness=UNRECORDED_CALL.id,
            )
        ]
    return []


def _recorded(shown: Breaks, tried: int) -> Judgement:
    """Calls that nothing was found against."""
    before = shown.once is not None and recorded_before_call(shown.once)
    why = "something was on record before the call was made" if before else "no call was made again unnoticed"
    sure = before or (bool(shown.of(CALLED)) and not shown.history.notes)
    judgement = _unproven(shown.history, Status.HELD if sure else Status.UNKNOWN, why, tried)
    return judgement.model_copy(update={"weakness": UNRECORDED_CALL.id})


def broken_at(trial: Trial) -> str:
    """Where the request broke off, as the end of a sentence about it."""
    if trial.scenario.faults:
        return "loses the answer to that call"
    event = next((event for event in trial.events if event.kind == FAULT), None)
    kind = str(event.data.get("kind")) if event else "step"
    what = {"write": "a write", "commit": "its commit", "file": "a file"}.get(kind, "a step")
    fault = trial.scenario.settings.get(FAULT)
    how = fault.get("how") if isinstance(fault, dict) else ""
    return f"fails at {what}" if how == "fail" else f"is killed before {what}"


def _fault_number(trial: Trial) -> int | None:
    fault = trial.scenario.settings.get(FAULT)
    number = fault.get("step") if isinstance(fault, dict) else None
    return number if isinstance(number, int) else None


def _fault_place(trial: Trial) -> Location | None:
    return next((event.location for event in trial.events if event.kind == FAULT and event.location), None)


def _call_place(trial: Trial) -> Location | None:
    return next((event.location for event in trial.events if event.kind == "outbound" and event.location), None)


def _answered_well(trial: Trial) -> bool:
    """Whether the service said that all went well: then what is missing may be what it can do without."""
    attack = of_part(trial, "attack")
    return bool(attack) and attack[0].done


def _reads_unfinished(value: Json) -> bool:
    if value is None or isinstance(value, bool):
        return True
    return (
        isinstance(value, str) and value != MASKED and not value.endswith(" items") and not value.startswith("status ")
    )


def _unproven(history: History, status: Status, why: str, tried: int) -> Judgement:
    return unproven(history, status, why, tried, HALF_DONE)
