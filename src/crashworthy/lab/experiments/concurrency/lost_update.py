"""Races: concurrent requests end in a state, in acceptances or in server errors that no serial order gives.

Method after the study of Jepsen-style checking by comparing with serial executions. Of two 2xx answers to requests
that ran at the same time, one must have come first; so the final state must be that of some order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.scenario import Interleaving, Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency import others
from crashworthy.lab.experiments.concurrency import variants as plan
from crashworthy.lab.experiments.concurrency.candidates import race_candidates
from crashworthy.lab.experiments.concurrency.footprint import only_adds, only_reads
from crashworthy.lab.experiments.concurrency.modes import modes
from crashworthy.lab.experiments.concurrency.orders import took_turns, unseen
from crashworthy.lab.experiments.concurrency.outcomes import any_visible, judge_outcomes
from crashworthy.lab.experiments.concurrency.plays import (
    control_the_crash,
    crashed,
    serial_plays,
    stands,
    together,
    variant_of,
    with_settings,
)
from crashworthy.lab.experiments.concurrency.serializability import VARIANT, Outcome, variants
from crashworthy.lab.experiments.concurrency.server_errors import judge_server_errors, overlap_crashes
from crashworthy.lab.experiments.concurrency.wording import HANDLER, SHARED, written
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.kept import KeptSetups
from crashworthy.lab.experiments.time.clock import others_in
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.weaknesses.concurrency import CRASH_UNDER_CONCURRENCY, LOST_UPDATE

_SETTLE_S = 0.5
_LIMIT_S = 30.0
_QUICK = "from a kept state"
_ATTEMPTS = {
    Interleaving.BARRIER: 3,
    Interleaving.OVERTAKE: 2,
    Interleaving.SLEEP: 5,
    Interleaving.PLAIN: 8,
    Interleaving.LINE: 8,
}


class LostUpdate(Experiment):
    """Bring requests together and compare with every serial order."""

    id = "lost-update"
    title = "Concurrent requests against every serial order"
    weaknesses = (LOST_UPDATE, CRASH_UNDER_CONCURRENCY)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Each reached operation that changes something, and pairs that work on the same thing."""
        return race_candidates(lab)

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Try the variants one by one until one is guilty."""
        kept = KeptSetups(lab.testbed)
        virtual = not others_in(lab.tree)
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S, kept=kept, virtual=virtual, same_cookies=True)
        base = plan.ground(candidate.operations, lab.playbook, lab.operations)
        try:
            if base is not None:
                # Without a place, what is suspected is a server error, which the first variant shows or none does.
                suspected = candidate.suspected and candidate.location is not None
                guilty = False
                for scenario in _same(base, recorder):
                    # Where overlapping ends in an error, the database keeps the requests apart.
                    thorough = suspected or not (lab.crowded or _has_crashed(recorder))
                    guilty = _guilty(scenario, recorder, thorough=thorough)
                    if guilty or (not suspected and _harmless(recorder)):
                        break
                # What may happen once to one actor or object is another question than how often to several. It is not
                # asked of an operation that has its proof while others wait for their first turn.
                done = guilty and (len(base.steps) > 1 or lab.crowded)
                if not done and (suspected or not _harmless(recorder)):
                    for scenarios in (
                        _by_two(candidate, recorder, limits_only=guilty),
                        _on_others(base, recorder, limits_only=guilty),
                        _with_optional(base, recorder),
                        _with_plenty(base, recorder),
                    ):
                        any(_guilty(scenario, recorder, thorough=False) for scenario in scenarios)
        except OutOfTimeError:
            recorder.notes.append("the time ended before all variants were tried")
        finally:
            if recorder.kept is not None:
                recorder.kept.forget()
        return recorder.history(candidate, _places(candidate, recorder))

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """Of the lost update, and of each server error that the requests meet only together; what is proven first."""
        found = [*judge_outcomes(history), *judge_server_errors(history)]
        return sorted(found, key=lambda each: each.status is Status.PROVEN, reverse=True)

    def quick(self, scenario: Scenario) -> Scenario:
        """The set-up is played once only, where that tells the same."""
        return with_settings(scenario, {_QUICK: True})

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """Two equal serial plays, every order, and the interleaving again until it shows, a few times at most."""
        scenario = judgement.scenario
        kept = KeptSetups(lab.testbed) if scenario is not None and scenario.settings.get(_QUICK) else None
        virtual = not others_in(lab.tree)
        recorder = Recorder(lab, self.id, kept=kept, quick_controls=True, virtual=virtual, same_cookies=True)
        if scenario is None:
            return recorder.again(history)
        serial = scenario.model_copy(update={"interleaving": Interleaving.SERIAL})
        wants_crash = judgement.weakness == CRASH_UNDER_CONCURRENCY.id
        try:
            serial_plays(serial, recorder, baseline=False)
            for attempt in range(_ATTEMPTS.get(scenario.interleaving, 1)):
                again = scenario.model_copy(update={"seed": scenario.seed + attempt * len(scenario.attack)})
                outcome = together(again, serial, recorder)
                if crashed(again, recorder) if wants_crash else outcome.guilty:
                    break
        except OutOfTimeError:
            recorder.notes.append("the budget ended during the replay")
        finally:
            if kept is not None:
                kept.forget()
        return recorder.again(history)


def _places(candidate: Candidate, recorder: Recorder) -> dict[str, Json]:
    """What the judge needs to name the line: see `wording`."""
    lab = recorder.lab
    operation = lab.operation(candidate.operations[0])
    places = {str(place): place for trial in recorder.trials for place in written(trial.events)}
    shared: list[Json] = [
        name
        for name, place in places.items()
        if not set(candidate.operations).issuperset(lab.tree.operations_reaching(place))
    ]
    settings: dict[str, Json] = {SHARED: shared}
    if operation is not None and operation.handler is not None:
        settings[HANDLER] = operation.handler.model_dump(mode="json")
    return settings


def _by_two(candidate: Candidate, recorder: Recorder, *, limits_only: bool) -> Iterator[Scenario]:
    """Two actors at once, and again with one only of what they ask for."""
    two = others.by_two(candidate.operations, recorder.lab.playbook, recorder.lab.operations)
    if two is None:
        return
    scenario = others.by_two_actors(two)
    if not limits_only or _accepted(recorder.play(scenario, "probe")) == 1:
        yield scenario
    if len(candidate.operations) > 1:
        return
    for what, few in others.with_few(two):
        scenario = others.by_two_actors(few, what)
        if _accepted(recorder.play(scenario, "probe")) == 1:
            yield scenario
            break


def _on_others(base: plan.Ground, recorder: Recorder, *, limits_only: bool) -> Iterator[Scenario]:
    """Two objects of one actor at once, at the limit where there is one."""
    several = others.on_others(base, others.MOST_OBJECTS) if len(base.steps) == 1 else None
    if several is None:
        return
    # Where one object is all that is allowed, equal requests have shown as much.
    counted = recorder.play(others.one_by_one(several), "probe")
    last = others.last_of_others(several, counted, least=2 if limits_only else 1)
    if last is not None:
        yield last
    elif not limits_only:
        yield others.on_two_objects(several)


def _with_optional(base: plan.Ground, recorder: Recorder) -> Iterator[Scenario]:
    """Two requests at once that use what the shortest way leaves out, such as a coupon, where there is one of it."""
    found = others.with_optional(base, recorder.lab.playbook, recorder.lab.operations)
    if found is None:
        return
    inputs, fuller = found
    for what, few in [("", fuller), *others.with_few(fuller, besides=others.makers(base))]:
        scenario = others.at_once_with(inputs, few, what)
        if _accepted(recorder.play(scenario, "probe")) == 1:
            yield scenario
            break


def _with_plenty(base: plan.Ground, recorder: Recorder) -> Iterator[Scenario]:
    """One thing twice, of which there is more than one: a guard of the whole may hide that none guards the part."""
    scenario = plan.with_plenty(base)
    if scenario is not None and _accepted(recorder.play(scenario, "probe")) == 1:
        yield scenario


def _accepted(trial: Trial) -> int:
    return sum(exchange.done for exchange in of_part(trial, "attack"))


def _same(base: plan.Ground, recorder: Recorder) -> Iterator[Scenario]:
    """The same requests, or others of their kind, by the same actors."""
    first: Scenario | None = None
    for scenario in plan.first_variants(base):
        yield scenario
        if first is None:
            first = scenario
            yield from _scarce(base, scenario, recorder)
    # With two of a kind among others, it would not be the others that race.
    if first is not None and len(base.steps) == 1:
        # The more requests, the likelier two meet: state in memory offers no place for a barrier.
        yield plan.larger(first, 4 if first.attack[0] == first.attack[1] else 3)


def _scarce(base: plan.Ground, first: Scenario, recorder: Recorder) -> Iterator[Scenario]:
    """Variants in which what is asked for is there only once."""
    variant = variant_of(first, recorder)
    if len(base.steps) != 1 or variant.limit < len(first.attack):
        return
    before = next((trial for trial in variant.serial if not trial.order), None)
    after = next((trial for trial in variant.serial if len(trial.order) == len(first.attack)), None)
    if before and after:
        for scenario in plan.last_amounts(base, before, after, variant.masks):
            if _accepted(recorder.play(scenario, "probe")) == 1:
                yield scenario
                break
    last = plan.last_of_many(base, recorder.play(plan.until_refused(base), "probe"))
    if last is not None:
        yield last


def _guilty(scenario: Scenario, recorder: Recorder, *, thorough: bool) -> bool:
    """Play one variant; whether a concurrent trial of it stands after the last control."""
    control = serial_plays(scenario, recorder)
    variant = variant_of(scenario, recorder)
    if not variant.stable or not variant.limit:
        return False
    if not variant.visible and len(set(variant.kinds)) > 1:
        # Together they may undo each other, and yet each alone would show.
        for index in range(len(variant.attack)):
            recorder.play(scenario, "serial", order=(index,))
    if _works_on_after_answering(control):
        scenario = with_settings(scenario, {"settle_s": _SETTLE_S, VARIANT: f"{variant.name}, settled"})
        serial_plays(scenario, recorder)
    in_turns = True
    more = recorder.lab.rng("turns", variant.name)
    seeds = iter(partial(more.randrange, 10**6), None)
    for interleaving, seed in modes(recorder.lab, control, variant, thorough=thorough):
        if interleaving is Interleaving.TURNS:
            fresh = unseen(seed, seeds, variant_of(scenario, recorder).concurrent) if in_turns else None
            if fresh is None:
                continue
            seed = fresh
        overlapping = scenario.model_copy(update={"interleaving": interleaving, "seed": seed})
        outcome = together(overlapping, scenario, recorder)
        if interleaving is Interleaving.TURNS:
            in_turns = took_turns(variant_of(scenario, recorder).concurrent[-1])
        if outcome is Outcome.UNSTABLE:
            return False
        if crashed(scenario, recorder):
            control_the_crash(scenario, recorder)
        if outcome.guilty and stands(scenario, recorder):
            return True
    return False


def _has_crashed(recorder: Recorder) -> bool:
    """Whether a trial so far met a server error that no serial play met."""
    return any(overlap_crashes(variant, trial) for variant in variants(recorder.trials) for trial in variant.concurrent)


def _harmless(recorder: Recorder) -> bool:
    """Whether what was seen of the requests tells that more of them would show nothing either."""
    tried = variants(recorder.trials)
    serial = [trial for variant in tried for trial in variant.serial if trial.order]
    if not any(variant.concurrent for variant in tried):
        return False
    return all(map(only_adds, serial)) or (not any_visible(tried) and all(map(only_reads, serial)))


def _works_on_after_answering(trial: Trial) -> bool:
    """Whether the service went on with a request after its answer."""
    attacks = {exchange.id: exchange for exchange in of_part(trial, "attack")}
    if any(exchange.response is not None and exchange.response.status == 202 for exchange in attacks.values()):
        return True
    return any(
        event.kind in {"sql", "outbound", "file-write"} and event.at > attacks[event.exchange].ended
        for event in trial.events
        if event.exchange in attacks
    )
