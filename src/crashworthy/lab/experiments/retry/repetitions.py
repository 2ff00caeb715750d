"""The judge of repetitions: did a request that was sent again take effect again, where once was promised?

It accuses only by effects: changes that can be read back and are more than bookkeeping, and calls to dependencies that
move money or messages. What differs between equal plays, between plays at another pace, after one more harmless
request, and after one that was refused is masked. Whether the repetition is refused or answered like the first time
does not matter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments import refusal
from crashworthy.lab.experiments.compared import Compared, accepted, unproven
from crashworthy.lab.experiments.concurrency.serializability import masks_of, with_masks
from crashworthy.lab.experiments.effects import Change, bookkeeping, calls, effects, repeated, taken, told
from crashworthy.lab.experiments.observed import Mask, changes, differing
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.retry.answers import made_twice
from crashworthy.lab.experiments.retry.promise import HTTP
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.retry import DUPLICATE_EFFECT, SWALLOWED_BY_KEY

BASELINE = "baseline"
PROBE = "probe"
ONCE = "once"
NOISE = "one more read"
LATE = "late control"
RESTARTED = "killed, not sent again"
AFTER = "after the answer"
TOGETHER = "at the same time"
CUT = "after the connection was lost"
KILLED = "after the service was killed before it answered"
OTHER_KEY = "another body, another key"
OTHER_BODY = "another body, the same key"
OWN_KEYS = "two clients, a key each"
ONE_KEY = "two clients, one key"
DECLINED = "declined, and sent again"

CASES = (AFTER, TOGETHER, CUT, KILLED)
_TELLING = 2


@dataclass(frozen=True)
class Repetitions(Compared):
    """The trials of one operation."""

    @cached_property
    def once(self) -> Trial | None:
        """The request made once, and accepted; None unless that was so twice."""
        return self.twice(ONCE) if all(map(accepted, self.of(ONCE))) else None

    @cached_property
    def baseline(self) -> Trial | None:
        """The same without the request."""
        return self.one_of(BASELINE)

    @cached_property
    def masks(self) -> frozenset[Mask]:
        """What differs between plays that mean the same."""
        found = self.saved_masks
        for purpose in (ONCE, NOISE, LATE):
            found |= differing([*self.of(ONCE)[:1], *self.of(purpose)])
        return found | refusal.changed_anyway(self.baseline, self.of(refusal.REFUSED))

    @cached_property
    def settled(self) -> bool:
        """Whether what depends on the clock has been looked for."""
        return bool(self.of(LATE)) or any("masks" in trial.scenario.settings for trial in self.history.trials[:1])

    @cached_property
    def first(self) -> list[Change]:
        """What the request changes."""
        return effects(self.baseline, self.once, self.masks) if self.baseline and self.once else []

    @property
    def visible(self) -> bool:
        """Whether an effect could be seen at all."""
        return bool(self.first) or bool(self.once and calls(self.once))

    def more(self, trial: Trial) -> tuple[list[Change], list[str]]:
        """The changes, and the calls, that the trial has beyond those of the request made once."""
        if self.once is None or self.baseline is None:
            return [], []
        known = self._called(trial.purpose)
        # A single call is no repetition: an outbox sends it later than the controls ended, or after the restart.
        called = [name for name, times in taken(calls(trial)).items() if times > max(1, known[name])]
        changed = effects(self.once, trial, self.masks)
        if trial.purpose != AFTER and not effects(self.baseline, trial, self.masks):
            changed = []  # it did not happen at all
        if trial.purpose == KILLED and not self._survives_restart:
            return [], sorted(called)
        return changed, sorted(called)

    def _called(self, purpose: str) -> Counter[str]:
        """How often each call is made for one request at the most, whenever that is looked at."""
        controls = (ONCE, NOISE, LATE, *((RESTARTED,) if purpose == KILLED else ()))
        most: Counter[str] = Counter()
        for trial in (trial for control in controls for trial in self.of(control)):
            most |= taken(calls(trial))
        return most

    @cached_property
    def _survives_restart(self) -> bool:
        restarted = self.of(RESTARTED)
        return bool(restarted) and self.once is not None and not effects(self.once, restarted[0], self.masks)


def judge_repetitions(history: History) -> list[Judgement]:
    """One judgement of the repetition, and one for each way in which a key answers for another request."""
    shown = Repetitions(history)
    found = [_of_repetition(shown), *_of_keys(shown)]
    return sorted(found, key=lambda judgement: judgement.status is not Status.PROVEN)


def _of_repetition(shown: Repetitions) -> Judgement:
    history = shown.history
    tried = sum(len(shown.of(case)) for case in CASES)
    promise = history.settings.get("promise")
    if shown.once is None or shown.baseline is None:
        return _unproven(
            history, Status.UNKNOWN if promise else Status.HELD, "the request was not accepted twice", tried
        )
    for case in CASES:
        for trial in shown.of(case):
            changed, called = shown.more(trial)
            if promise == HTTP:
                called = []
            if not (changed or called):
                continue
            if promise is None:
                return _suspected(shown, trial, changed, called, tried)
            if not shown.settled:
                return _unproven(
                    history, Status.UNKNOWN, "it took effect again, but the last control is missing", tried
                )
            return _proven(shown, trial, changed, called, tried)
    if not tried:
        return _unproven(history, Status.UNKNOWN if promise else Status.HELD, "it was not sent again", tried)
    for trial in shown.of(AFTER) if promise is None else ():
        made = made_twice(history.operations[0], trial)
        if made is not None:
            return _only_suspected(shown, trial, *made, tried)
    if not shown.visible:
        why = "nothing that can be read back shows what the request does"
        return _unproven(history, Status.UNKNOWN if promise and promise != HTTP else Status.HELD, why, tried)
    sure = promise is None or not history.notes
    why = f"sent again {tried} times, it took effect once"
    return _unproven(history, Status.HELD if sure else Status.UNKNOWN, why, tried)


def _proven(shown: Repetitions, trial: Trial, changed: list[Change], called: list[str], tried: int) -> Judgement:
    history = shown.history
    expected, seen = _told(shown, changed, called)
    return Judgement(
        status=Status.PROVEN,
        severity=DUPLICATE_EFFECT.severity,
        title=f"{history.operations[0]} takes effect again when it is sent again {trial.purpose}",
        expected=f"{history.settings.get('promised')}: {expected}",
        seen=seen,
        trial=trial.id,
        scenario=_scenario(shown, trial),
        location=history.location or handler_of(history),
        trials=tried,
        weakness=DUPLICATE_EFFECT.id,
    )


def _suspected(shown: Repetitions, trial: Trial, changed: list[Change], called: list[str], tried: int) -> Judgement:
    """Made to happen, and promised by nobody: only where money, stock or messages move."""
    history = shown.history
    again = repeated(shown.first, changed)
    accepted = [exchange.done for exchange in of_part(trial, "attack")]
    if not (again or called) or accepted != [True, True]:
        return _unproven(history, Status.HELD, "nobody promises that a repetition has no effect", tried)
    expected, seen = _told(shown, again, called)
    return _only_suspected(shown, trial, f"a client that lost the answer can try again: {expected}", seen, tried)


def _only_suspected(shown: Repetitions, trial: Trial, expected: str, seen: str, tried: int) -> Judgement:
    history = shown.history
    line = f'idempotent = ["{history.operations[0]}"]'
    return Judgement(
        status=Status.SUSPECTED,
        severity=DUPLICATE_EFFECT.severity,
        title=f"{history.operations[0]} takes effect again when it is sent again: it knows no repetition",
        expected=expected,
        seen=seen,
        why=f"it was made to happen, but nobody promises otherwise; {line} in crashworthy.toml makes it a proof",
        trial=trial.id,
        scenario=_scenario(shown, trial),
        location=history.location or handler_of(history),
        trials=tried,
        weakness=DUPLICATE_EFFECT.id,
    )


def _of_keys(shown: Repetitions) -> list[Judgement]:
    history = shown.history
    found = []
    if shown.once is not None:
        for own, trial in zip(shown.of(OTHER_KEY), shown.of(OTHER_BODY), strict=False):
            missing = effects(trial, own, shown.masks)
            if not (_accepted(own, 2) and _accepted(trial, 2) and missing) or shown.more(trial)[0]:
                continue
            if shown.settled:
                found.append(_swallowed(shown, trial, missing, Severity.MINOR, "with another body"))
            else:
                why = "it was swallowed, but the last control is missing"
                unsettled = _unproven(history, Status.UNKNOWN, why, len(history.trials))
                found.append(unsettled.model_copy(update={"weakness": SWALLOWED_BY_KEY.id}))
    keys = shown.of(OWN_KEYS)
    for trial in shown.of(ONE_KEY):
        masks = differing(keys) | masks_of(trial.scenario)
        missing = effects(trial, keys[0], masks) if len(keys) > 1 else []
        if _accepted(keys[0], 2) and _accepted(trial, 2) and missing and _two_clients(trial, history):
            found.append(_swallowed(shown, trial, missing, Severity.MAJOR, "of another client"))
    return [*found, *(_turned(shown, trial) for trial in shown.of(DECLINED) if _is_turned(trial))]


def _is_turned(trial: Trial) -> bool:
    """Whether what was refused is answered with a 2xx the second time, though nobody was asked again."""
    attack = of_part(trial, "attack")
    if len(attack) != 2 or attack[0].response is None:
        return False
    first, again = attack
    asked_again = any(call.at > first.ended for call in calls(trial))
    return attack[0].response.status >= 400 and again.ok and not asked_again


def _turned(shown: Repetitions, trial: Trial) -> Judgement:
    history = shown.history
    first, again = (exchange.response.status if exchange.response else 0 for exchange in of_part(trial, "attack"))
    return Judgement(
        status=Status.SUSPECTED,
        severity=Severity.MINOR,
        title=f"{history.operations[0]} answers {again} to the repetition of what it answered {first}",
        expected=f"{first} again, as the request is the same under the same {history.settings.get('header')}",
        seen=f"{first} when the dependency declined, then {again}, and the dependency was not asked again",
        why="it was made to happen; a client that lost the first answer takes it for done, if it goes by the status",
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location or handler_of(history),
        trials=len(history.trials),
        weakness=SWALLOWED_BY_KEY.id,
        root="declined",
    )


def _swallowed(shown: Repetitions, trial: Trial, missing: list[Change], severity: Severity, which: str) -> Judgement:
    history = shown.history
    header = history.settings.get("header")
    return Judgement(
        status=Status.PROVEN,
        severity=severity,
        title=f"{history.operations[0]} {which} is answered with success under a used {header}, and not done",
        expected="; ".join(told(what, path, done) for what, path, _, done in missing[:_TELLING])
        + ", or a refusal (422 or 409)",
        seen="; ".join(told(what, path, left) for what, path, left, _ in missing[:_TELLING]) + ", and a 2xx",
        trial=trial.id,
        scenario=_scenario(shown, trial),
        location=history.location or handler_of(history),
        trials=len(history.trials),
        weakness=SWALLOWED_BY_KEY.id,
        root=which,
    )


def _told(shown: Repetitions, changed: list[Change], called: list[str]) -> tuple[str, str]:
    expected = [told(what, path, once) for what, path, once, _ in changed[:_TELLING]]
    seen = [told(what, path, again) for what, path, _, again in changed[:_TELLING]]
    once = taken(calls(shown.once)) if shown.once else {}
    for name in called[:_TELLING]:
        expected.append(f"{once.get(name) or 1} x {name}")
        seen.append(f"{name} {'once more' if once.get(name) else 'more than once'}")
    return " and ".join(expected), " and ".join(seen)


def _scenario(shown: Repetitions, trial: Trial) -> Scenario:
    """The scenario with all that must be hidden, and what is bookkeeping, for a test that knows no such names."""
    kept = changes(shown.once, trial, shown.masks) if shown.once else []
    counted = {(what, path) for what, path, _, _ in kept if path and bookkeeping((what, path, None, None))}
    return with_masks(trial.scenario, shown.masks | masks_of(trial.scenario) | counted)


def _accepted(trial: Trial, requests: int) -> bool:
    attack = of_part(trial, "attack")
    return len(attack) == requests and all(exchange.ok for exchange in attack)


def _two_clients(trial: Trial, history: History) -> bool:
    """Whether the service can tell the two by anything that they send with the key."""
    header = str(history.settings.get("header")).lower()
    sent = [
        {(name.lower(), value) for name, value in exchange.request.headers if _identifies(name, header)}
        for exchange in of_part(trial, "attack")
    ]
    return len(sent) == 2 and bool(sent[0]) and bool(sent[1]) and sent[0].isdisjoint(sent[1])


def _identifies(name: str, header: str) -> bool:
    usual = {header, "host", "user-agent", "accept", "content-type", "content-length", "connection"}
    return name.lower() not in usual


def _unproven(history: History, status: Status, why: str, tried: int) -> Judgement:
    return unproven(history, status, why, tried, DUPLICATE_EFFECT)
