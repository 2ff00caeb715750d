"""The judge of what is good for a time: is it accepted until then, and refused afterwards, wherever the server is?

All that counts is what the answer itself says, and what the service does with the same request at another time of the
process's clock. What databases, caches and clocks that only run forward decide is not seen by shifting that clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.weakness import Weakness
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.time import EXPIRY_NOT_KEPT, LOCAL_TIME

FRESH = "at once"
WITHOUT = "with another value in its place"
EARLY = "while it is good"
JUST_GIVEN = "at once, at the hour of the later use"
LATE = "long after its end"
ELSEWHERE_EARLY = "while it is good, in another time zone"
ELSEWHERE_LATE = "after its end, in another time zone"
SAME_CLOCK_EARLY = "while it is good, at the same hour in UTC"
SAME_CLOCK_LATE = "after its end, at the same hour in UTC"

NAME = "promised_by"
LIFETIME = "lifetime_s"

_REFUSED = frozenset({400, 401, 403, 404, 409, 410, 419, 422, 440, 498})
_DATABASE_CLOCK = re.compile(
    r"\bnow\s*\(|'now'|\bcurrent_(timestamp|time|date)\b|\bsysdate|\bgetdate|\b(utc|clock|statement|transaction)_timestamp"
    r"|\bunixepoch\s*\(|\bjulianday\s*\(|\blocaltimestamp\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lifetimes:
    """The trials of one promise."""

    history: History

    def of(self, purpose: str) -> list[Trial]:
        """Trials for that purpose whose set-up was as wanted."""
        return [
            trial
            for trial in self.history.trials
            if trial.purpose == purpose and not trial.crashed and all(each.done for each in of_part(trial, "setup"))
        ]

    def all_ok(self, purpose: str) -> bool:
        """Whether there are such trials, and the request was accepted in each."""
        used = [_used(trial) for trial in self.of(purpose)]
        return bool(used) and all(each is not None and each.done for each in used)

    def all_refused(self, purpose: str) -> bool:
        """Whether there are such trials, and the request was refused in each."""
        used = [_used(trial) for trial in self.of(purpose)]
        return bool(used) and all(_status(each) in _REFUSED for each in used)

    @property
    def by_other_clocks(self) -> bool:
        """Whether a statement of the service asks the database for the time."""
        return any(
            event.kind == "sql" and _DATABASE_CLOCK.search(str(event.data.get("statement", "")))
            for trial in self.history.trials
            for event in trial.events
        )

    @property
    def checked(self) -> bool:
        """Whether what was given is needed at all: the request works with it, and not with another value."""
        return self.all_ok(FRESH) and self.all_refused(WITHOUT)


def judge_lifetimes(history: History) -> Judgement:
    """PROVEN when it is accepted long after its end or refused while it is good, be it in another time zone only."""
    shown = Lifetimes(history)
    if NAME not in history.settings:
        return unproven(history, Status.HELD, "no answer says how long it is good")
    if shown.by_other_clocks:
        return unproven(history, Status.HELD, "the database's clock decides, which is not shifted")
    if not shown.checked:
        return unproven(history, Status.HELD, "the request does not need it, or did not work with it")
    if shown.all_ok(LATE):
        return _found(shown, EXPIRY_NOT_KEPT, LATE, early=False)
    # Who closes by then refuses what was given just now as well.
    if shown.all_refused(EARLY) and shown.all_ok(JUST_GIVEN):
        return _found(shown, EXPIRY_NOT_KEPT, EARLY, early=True)
    if shown.all_ok(EARLY) and shown.all_refused(LATE):
        for trial in shown.of(ELSEWHERE_EARLY):
            if _status(_used(trial)) in _REFUSED and shown.all_ok(SAME_CLOCK_EARLY):
                return _found(shown, LOCAL_TIME, ELSEWHERE_EARLY, early=True, trial=trial)
        for trial in shown.of(ELSEWHERE_LATE):
            used = _used(trial)
            if used is not None and used.ok and shown.all_refused(SAME_CLOCK_LATE):
                return _found(shown, LOCAL_TIME, ELSEWHERE_LATE, early=False, trial=trial)
        return unproven(history, Status.HELD, "it is good as long as its answer says")
    return unproven(history, Status.UNKNOWN, "the time did not suffice, or the answers were no clear refusals")


def _found(shown: Lifetimes, weakness: Weakness, purpose: str, *, early: bool, trial: Trial | None = None) -> Judgement:
    history = shown.history
    trial = trial or shown.of(purpose)[0]
    name, lifetime = history.settings.get(NAME), history.settings.get(LIFETIME)
    zone = trial.scenario.settings.get(clock.ZONE)
    later_s = trial.scenario.settings.get(clock.LATER)
    where = f" on a server in {zone}" if zone else ""
    at = trial.scenario.settings.get(clock.AT)
    when = f", given at {at}" if at else ""
    fault = "ends early" if early else "does not end in time" if zone else "does not end"
    return Judgement(
        status=Status.PROVEN,
        severity=weakness.severity,
        title=f"What {history.operations[0]} gives until {name} {fault}{where}",
        expected=f"{'accepted' if early else 'refused'} {span(later_s)} later: {name} says {span(lifetime)}",
        seen=f"{_status(_used(trial))} to {trial.scenario.attack[0].operation} {span(later_s)} later{where}{when}",
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location or handler_of(history),
        trials=len(history.trials),
        weakness=weakness.id,
        root="expiry",
    )


def span(seconds: object) -> str:
    """A span of time in seconds, for people."""
    if not isinstance(seconds, int | float):
        return "some time"
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"


def _used(trial: Trial) -> Exchange | None:
    return next(iter(of_part(trial, "attack")), None)


def _status(exchange: Exchange | None) -> int | None:
    return exchange.response.status if exchange and exchange.response else None
