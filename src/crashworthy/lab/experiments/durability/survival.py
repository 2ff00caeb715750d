"""The judge of restarts: is what was acknowledged still there, and is what was there before?

What a service keeps in memory by design is stated, not held against it: where not even what the set-up made survives.
It is accused where it keeps the one and loses the other, and where a file that is being written takes along what it
held. What is found as neither done nor undone after the restart (a job that waits) is no loss.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from functools import cached_property

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.location import Location
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments import refusal
from crashworthy.lab.experiments.compared import Compared, unproven
from crashworthy.lab.experiments.concurrency.serializability import with_masks
from crashworthy.lab.experiments.effects import Change, effects, told
from crashworthy.lab.experiments.episode import END, FAULT, START_FAILED
from crashworthy.lab.experiments.observed import Mask, differing
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.trial import of_part, whole
from crashworthy.lab.traffic.names import path_words, word_set
from crashworthy.weaknesses.durability import LOST_AT_RESTART, TORN_FILE

BASELINE = "baseline"
PROBE = "probe"
SETTLED = "done and settled"
EMPTY = "restarted before"
ENDED = "restarted after"
STILL = "restarted after, read later"
BEFORE_TORN = "before the torn write"
AFTER_WHOLE = "after a whole write"
TORN = "killed while it wrote a file"
_TELLING = 2
_FOR_THE_MOMENT = word_set("presence typing heartbeat online ping beacon")
_ACCEPTED = 202


@dataclass(frozen=True)
class Survival(Compared):
    """The trials of one operation."""

    @cached_property
    def done(self) -> Trial | None:
        """The requests, accepted twice, and all that they set off."""
        return self.twice(SETTLED)

    @cached_property
    def baseline(self) -> Trial | None:
        """The same without the requests."""
        return self.one_of(BASELINE)

    @cached_property
    def masks(self) -> frozenset[Mask]:
        """What differs between plays that mean the same."""
        found = self.saved_masks
        found |= refusal.changed_anyway(self.baseline, self.of(refusal.REFUSED))
        return found | differing(self.of(SETTLED))

    @cached_property
    def full(self) -> list[Change]:
        """What the requests change."""
        return effects(self.baseline, self.done, self.masks) if self.baseline and self.done else []

    @property
    def keeps_setup(self) -> bool | None:
        """Whether what the set-up made survives a restart; None when that was not seen."""
        restarted = self.of(EMPTY)
        if not restarted or self.baseline is None:
            return None
        return not effects(self.baseline, restarted[0], self.masks)

    def lost(self, trial: Trial) -> list[Change]:
        """What the requests changed and the restart undid."""
        if self.done is None or not all(exchange.done for exchange in of_part(trial, "attack")):
            return []
        before = {(what, path): value for what, path, value, _ in self.full}
        lacking = effects(self.done, trial, self.masks)
        undone = [change for change in lacking if before.get(change[:2]) == change[3] or _fewer(change)]
        return undone if len(undone) == len(lacking) else []

    def torn(self, trial: Trial) -> str:
        """What a torn file took along, "" when nothing."""
        failure = next((event for event in trial.events if event.kind == START_FAILED), None)
        if failure is not None:
            return f"the service does not start on what is left: {str(failure.data.get('message'))[:200]}"
        before, after = self.of(BEFORE_TORN), self.of(AFTER_WHOLE)
        if not before or not after or not whole(trial) or not effects(after[0], trial, self.masks):
            return ""
        own = {change[:2] for change in effects(before[0], after[0], self.masks)}
        gone = [
            change
            for change in effects(before[0], trial, self.masks)
            if change[:2] not in own or _fewer(change) or str(change[3]).startswith("status ")
        ]
        return " and ".join(told(what, path, left) for what, path, _, left in gone[:_TELLING])


def judge_survival(history: History) -> list[Judgement]:
    """A judgement for what was lost, and one for what a torn file took along; else one that says what was seen."""
    shown = Survival(history)
    tried = len([trial for trial in history.trials if trial.purpose in (ENDED, TORN)])
    if shown.done is None or shown.baseline is None:
        return [_unproven(history, Status.UNKNOWN, "the requests were not accepted twice", tried)]
    if shown.keeps_setup is False:
        return [_in_memory(history, tried)]
    found = [*_lost(shown, tried), *_torn(shown, tried)]
    if found:
        return sorted(found, key=lambda judgement: judgement.status is not Status.PROVEN)
    if not shown.full:
        return [_unproven(history, Status.HELD, "nothing that can be read back shows what it does", tried)]
    if not tried:
        return [_unproven(history, Status.UNKNOWN, "the service was not restarted", tried)]
    return [_unproven(history, Status.HELD, f"restarted {tried} times, all that was acknowledged was there", tried)]


def _lost(shown: Survival, tried: int) -> list[Judgement]:
    history = shown.history
    for trial in shown.of(ENDED):
        lost = shown.lost(trial)
        if not lost:
            continue
        ending = trial.scenario.settings.get(END)
        later = [each for each in shown.of(STILL) if each.scenario.settings.get(END) == ending]
        if not later:
            why = "something was gone after the restart, but it was not looked for again later"
            return [_unproven(history, Status.UNKNOWN, why, tried)]
        if not all(shown.lost(each) for each in later):
            continue
        killed = ending == signal.SIGKILL
        only_accepted = any(_status(exchange) == _ACCEPTED for exchange in of_part(trial, "attack"))
        passing = bool(_FOR_THE_MOMENT & {*path_words(history.operations[0].partition(" ")[2])})
        suspected = passing or (killed and only_accepted)
        how = "kill -9" if killed else "SIGTERM"
        return [
            Judgement(
                status=Status.SUSPECTED if suspected else Status.PROVEN,
                severity=Severity.MINOR if passing else Severity.MAJOR if only_accepted else LOST_AT_RESTART.severity,
                title=f"What {history.operations[0]} acknowledges is gone after {how} and a new start",
                expected=" and ".join(told(what, path, value) for what, path, value, _ in lost[:_TELLING]),
                seen=" and ".join(told(what, path, left) for what, path, _, left in lost[:_TELLING]),
                why="it tells of the moment, and may be kept in memory for that"
                if passing
                else "a 202 does not promise that the work is done (RFC 9110, section 15.3.3)"
                if suspected
                else "",
                trial=later[0].id,
                scenario=with_masks(later[0].scenario, shown.masks),
                location=history.location or handler_of(history),
                trials=tried,
                weakness=LOST_AT_RESTART.id,
            )
        ]
    return []


def _torn(shown: Survival, tried: int) -> list[Judgement]:
    history = shown.history
    if shown.keeps_setup is None:
        return []
    for trial in history.trials:
        seen = shown.torn(trial) if trial.purpose == TORN else ""
        if seen:
            return [
                Judgement(
                    status=Status.PROVEN,
                    severity=TORN_FILE.severity,
                    title=f"{history.operations[0]} loses what a file held when it is killed while it writes it",
                    expected="what was there before the request is there after it",
                    seen=seen,
                    trial=trial.id,
                    scenario=with_masks(trial.scenario, shown.masks),
                    location=_fault_place(trial) or handler_of(history),
                    trials=tried,
                    weakness=TORN_FILE.id,
                )
            ]
    return []


def _in_memory(history: History, tried: int) -> Judgement:
    return Judgement(
        status=Status.OBSERVED,
        severity=Severity.INFO,
        title=f"What {history.operations[0]} works on is kept in memory: nothing of it survives a restart",
        why="; ".join(["what its set-up made is gone as well, which may be by design", *history.notes]),
        trials=tried,
        weakness=LOST_AT_RESTART.id,
    )


def _fewer(change: Change) -> bool:
    counts = [str(value).removesuffix(" items") for value in change[2:] if str(value).endswith(" items")]
    return len(counts) == 2 and all(count.isdigit() for count in counts) and int(counts[1]) < int(counts[0])


def _status(exchange: Exchange) -> int | None:
    return exchange.response.status if exchange.response else None


def _fault_place(trial: Trial) -> Location | None:
    return next((event.location for event in trial.events if event.kind == FAULT and event.location), None)


def _unproven(history: History, status: Status, why: str, tried: int) -> Judgement:
    return unproven(history, status, why, tried, LOST_AT_RESTART)
