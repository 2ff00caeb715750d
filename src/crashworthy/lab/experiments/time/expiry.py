"""What an answer says is good for a time is used before and after it, in several time zones and over a clock change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.time import clock, lifetimes
from crashworthy.lab.experiments.time.lifetimes import Lifetimes, judge_lifetimes
from crashworthy.lab.experiments.time.promises import Promise, promise_in
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.template import map_texts, placeholders
from crashworthy.weaknesses.time import EXPIRY_NOT_KEPT, LOCAL_TIME

_SUSPECTED, _PRIORITY = 50.0, 24.0
_ESTIMATE_S = 2.4
_LIMIT_S = 20.0
_MARGIN_S = 7200.0
_SHARE_OVER = 0.05
_EARLY_S = 1200.0
_WEST, _EAST, _SUMMER = "America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin"
_LATE_ELSEWHERE_S = 1800.0
_BEFORE_CHANGE = timedelta(minutes=10)
_CASE = "case"
_OTHER_VALUE = "crashworthy-0000"


class Expiry(Experiment):
    """Take what an operation gives for a time, and show it before and after its end."""

    id = "expiry"
    title = "What is good for a time"
    weaknesses = (EXPIRY_NOT_KEPT, LOCAL_TIME)
    needs = frozenset({Capability.REQUESTS, Capability.CLOCK})
    replay_s = 3.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Each operation that gives what a later request shows in a header, such as a token."""
        if clock.others_in(lab.tree):
            return []
        suspected = {name for each in lab.suspicions if each.weakness == EXPIRY_NOT_KEPT.id for name in each.operations}
        return [
            Candidate(
                EXPIRY_NOT_KEPT,
                (name,),
                "gives what later requests show",
                priority=_SUSPECTED if name in suspected else _PRIORITY,
                estimate_s=_ESTIMATE_S,
                suspected=name in suspected,
                also=(LOCAL_TIME,),
            )
            for name in _giving(lab)
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """At once and with another value; where the answer says until when, before and after that."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        found = _giving(lab).get(candidate.operations[0])
        if found is not None:
            way, given = found
            once = Scenario(setup=way.steps[:-1], attack=way.steps[-1:])
            try:
                promise = _promise(once, candidate.operations[0], given, recorder)
                if promise is not None:
                    settings |= {lifetimes.NAME: promise.name, lifetimes.LIFETIME: promise.lifetime_s}
                    _try(once, given.name, promise, recorder, recorder.history(candidate, settings))
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `lifetimes`."""
        return judge_lifetimes(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The controls, and the time at which it was wrong."""
        recorder = Recorder(lab, self.id)
        lifetime_s, name = history.settings.get(lifetimes.LIFETIME), history.settings.get(lifetimes.NAME)
        scenario = judgement.scenario
        given = scenario.settings.get(_CASE) if scenario else None
        if scenario is not None and scenario.attack and isinstance(lifetime_s, int | float) and isinstance(given, str):
            once = scenario.model_copy(update={"settings": {}})
            try:
                clock.play(recorder, once, lifetimes.FRESH)
                _play_all(once, given, Promise(str(name), float(lifetime_s)), recorder, scenario)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _promise(once: Scenario, name: str, given: Save, recorder: Recorder) -> Promise | None:
    trial = clock.play(recorder, once, lifetimes.FRESH)
    issued = datetime.now(UTC) - timedelta(seconds=trial.duration_s)
    answers = [exchange for exchange in of_part(trial, "setup") if exchange.operation == name]
    return next((found for each in answers if (found := promise_in(each, given.path, issued)) is not None), None)


def _try(once: Scenario, given: str, promise: Promise, recorder: Recorder, empty: History) -> None:
    def shown() -> Lifetimes:
        return Lifetimes(empty.model_copy(update={"trials": tuple(recorder.trials)}))

    for purpose, settings in (*_in_utc(promise), *_elsewhere(promise)):
        if purpose == lifetimes.ELSEWHERE_EARLY and not (
            shown().all_ok(lifetimes.EARLY) and shown().all_refused(lifetimes.LATE)
        ):
            return
        _play(once, given, purpose, settings, recorder)
        if not shown().checked:
            return


def _play_all(once: Scenario, given: str, promise: Promise, recorder: Recorder, wrong: Scenario) -> None:
    """All controls in UTC, and the case that was wrong with those at the same hour."""
    for purpose, settings in _in_utc(promise):
        _play(once, given, purpose, settings, recorder)
    zoned = [(purpose, settings) for purpose, settings in _elsewhere(promise) if clock.ZONE in settings]
    for purpose, settings in zoned:
        if {**settings, _CASE: given} == {**wrong.settings}:
            _play(once, given, purpose, settings, recorder)
    for purpose, settings in _elsewhere(promise):
        if clock.ZONE not in settings and clock.ZONE in wrong.settings:
            _play(once, given, purpose, settings, recorder)


def _play(once: Scenario, given: str, purpose: str, settings: dict[str, Json], recorder: Recorder) -> None:
    scenario = once.model_copy(update={"settings": {**settings, _CASE: given}})
    if purpose == lifetimes.WITHOUT:
        scenario = scenario.model_copy(update={"attack": (_with_another_value(once.attack[0], given),)})
    clock.play(recorder, scenario, purpose)


def _in_utc(promise: Promise) -> Iterator[tuple[str, dict[str, Json]]]:
    yield lifetimes.WITHOUT, {}
    then = datetime.now(UTC) + timedelta(seconds=_early_s(promise))
    yield lifetimes.JUST_GIVEN, {clock.AT: then.isoformat(timespec="seconds")}
    yield lifetimes.EARLY, {clock.LATER: _early_s(promise)}
    yield lifetimes.LATE, {clock.LATER: promise.lifetime_s * (1 + _SHARE_OVER) + _MARGIN_S}


def _elsewhere(promise: Promise) -> Iterator[tuple[str, dict[str, Json]]]:
    """Far west and far east, and around the hours that are skipped and repeated; then the same hours in UTC."""
    early_s, late_s = _early_s(promise), promise.lifetime_s * (1 + _SHARE_OVER) + _LATE_ELSEWHERE_S
    try:
        changes = [_change(datetime.now(UTC), month) for month in (3, 10)]
        zones = [ZoneInfo(name) for name in (_WEST, _EAST)]
    except ZoneInfoNotFoundError:
        return
    for zone in (_WEST, _EAST):
        yield lifetimes.ELSEWHERE_EARLY, {clock.ZONE: zone, clock.LATER: early_s}
        yield lifetimes.ELSEWHERE_LATE, {clock.ZONE: zone, clock.LATER: late_s}
    skipped, repeated = (change - _BEFORE_CHANGE for change in changes)
    if early_s > _BEFORE_CHANGE.total_seconds():
        at = skipped.isoformat(timespec="seconds")
        yield lifetimes.ELSEWHERE_EARLY, {clock.ZONE: _SUMMER, clock.AT: at, clock.LATER: early_s}
    at = repeated.isoformat(timespec="seconds")
    yield lifetimes.ELSEWHERE_LATE, {clock.ZONE: _SUMMER, clock.AT: at, clock.LATER: late_s}
    for instant in (skipped, repeated):
        at = instant.isoformat(timespec="seconds")
        yield lifetimes.SAME_CLOCK_EARLY, {clock.AT: at, clock.LATER: early_s}
        yield lifetimes.SAME_CLOCK_LATE, {clock.AT: at, clock.LATER: late_s}
    # Who closes at night refuses at that hour of the clock on the wall, whatever was promised.
    now, summer = datetime.now(UTC), ZoneInfo(_SUMMER)
    for start, place in ((now, zones[0]), (now, zones[1]), (skipped, summer), (repeated, summer)):
        for purpose, later_s in ((lifetimes.SAME_CLOCK_EARLY, early_s), (lifetimes.SAME_CLOCK_LATE, late_s)):
            later = timedelta(seconds=later_s)
            on_the_wall = (start + later).astimezone(place).replace(tzinfo=UTC)
            yield purpose, {clock.AT: (on_the_wall - later).isoformat(timespec="seconds"), clock.LATER: later_s}


def _change(now: datetime, month: int) -> datetime:
    """The next time at which clocks in Europe are changed in that month: 01:00 UTC on its last Sunday."""
    for year in (now.year, now.year + 1):
        last = datetime(year, month, 31, 1, tzinfo=UTC)
        found = last - timedelta(days=(last.weekday() + 1) % 7)
        if found > now:
            break
    return found


def _early_s(promise: Promise) -> float:
    return min(promise.lifetime_s / 2, _EARLY_S)


def _giving(lab: Lab) -> dict[str, tuple[Way, Save]]:
    """Operations that give what a later request shows in a header: the shortest such way, and the value."""
    found: dict[str, tuple[Way, Save]] = {}
    for way in sorted(lab.playbook.ways, key=lambda each: (not each.operation.startswith("GET "), len(each.steps))):
        if len(way.steps) < 2:
            continue
        headers = " ".join(value for _, value in way.steps[-1].headers)
        shown = {name for name in placeholders(way.steps[-1]) if f"${{{name}}}" in headers}
        for step in way.steps[:-1]:
            for save in step.saves:
                if save.name in shown:
                    found.setdefault(step.operation, (way, save))
    return found


def _with_another_value(step: Step, name: str) -> Step:
    return map_texts(step, lambda text: text.replace(f"${{{name}}}", _OTHER_VALUE))
