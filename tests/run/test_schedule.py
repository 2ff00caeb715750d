"""What promises most comes first, every experiment has its turn, and what was left out is told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.lab.experiments.experiment import USUAL_TRIAL_S, Candidate, Experiment, Lab
from crashworthy.lab.testbed import Capability
from crashworthy.run.schedule import Schedule, Turn
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.concurrency import LOST_UPDATE


@dataclass
class Bed:
    capabilities: frozenset[Capability] = field(default_factory=frozenset)


class Planned(Experiment):
    id: ClassVar[str] = "planned"
    title: ClassVar[str] = "Planned"
    weaknesses = (LOST_UPDATE,)

    def __init__(
        self,
        name: str,
        *plans: tuple[str, float, float],
        needs: frozenset[Capability] = frozenset(),
        suspected: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self.plans = plans
        self.wanted = needs
        self.suspected = suspected

    @property
    def needs(self) -> frozenset[Capability]:  # type: ignore[override]
        return self.wanted

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        return [
            Candidate(
                LOST_UPDATE, (name,), "", priority=priority, estimate_s=estimate, suspected=name in self.suspected
            )
            for name, priority, estimate in self.plans
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        raise NotImplementedError

    def judge(self, history: History) -> Judgement:
        raise NotImplementedError

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        raise NotImplementedError


def lab(seconds: float = 1000) -> Lab:
    bed: Any = Bed()
    tree = SourceTree(Path(), (), (), (), (), (), (), frozenset())
    return Lab(bed, tree, (), 1, time.monotonic() + seconds, lambda event: None)


def turns(schedule: Schedule, present: Lab, cost: float = 0.0) -> Iterator[Turn]:
    while turn := schedule.turn(present.left()):
        yield turn
        schedule.spent(turn, cost)


def order(schedule: Schedule, present: Lab, cost: float) -> list[str]:
    return [turn.candidate.operations[0] for turn in turns(schedule, present, cost)]


def test_the_higher_priority_of_an_experiment_comes_first() -> None:
    present = lab()
    schedule = Schedule.of([Planned("one", ("low", 1, 1), ("high", 9, 1))], present)
    assert order(schedule, present, cost=1) == ["high", "low"]


def test_an_experiment_that_used_much_time_waits_for_the_others() -> None:
    present = lab()
    eager = Planned("eager", *[(f"eager{n}", 50.0, 1.0) for n in range(4)])
    modest = Planned("modest", *[(f"modest{n}", 30.0, 1.0) for n in range(4)])
    taken = order(Schedule.of([eager, modest], present), present, cost=5)
    assert taken[:3] == ["eager0", "modest0", "eager1"]
    assert sorted(taken) == sorted([f"eager{n}" for n in range(4)] + [f"modest{n}" for n in range(4)])


def test_suspected_operations_come_before_all_that_are_tried_on_principle() -> None:
    present = lab()
    costly = Planned(
        "costly", ("suspect1", 40, 12), ("suspect2", 40, 12), suspected=frozenset({"suspect1", "suspect2"})
    )
    cheap = Planned("cheap", ("high", 90, 1), ("low", 10, 1), ("suspect3", 5, 1), suspected=frozenset({"suspect3"}))
    taken = order(Schedule.of([costly, cheap], present), present, cost=30)
    assert set(taken[:3]) == {"suspect1", "suspect2", "suspect3"}
    assert taken[3:] == ["high", "low"]


def test_what_costs_next_to_nothing_does_not_wait_for_its_costly_brothers() -> None:
    present = lab()
    mixed = Planned("mixed", ("costly", 80, 12), ("look", 10, 0.5))
    other = Planned("other", *[(f"other{n}", 30.0, 4.0) for n in range(4)])
    taken = order(Schedule.of([mixed, other], present), present, cost=10)
    assert taken.index("look") < taken.index("other3")


def test_the_lab_is_told_whether_there_is_time_to_spare() -> None:
    present = lab(seconds=22)
    schedule = Schedule.of([Planned("one", ("a", 3, 4), ("b", 2, 4), ("c", 1, 4))], present)
    told = [turn.crowded for turn in turns(schedule, present)]
    assert told == [True, False, False]


def test_what_does_not_fit_into_the_budget_is_told() -> None:
    present = lab(seconds=10)
    schedule = Schedule.of([Planned("one", ("long", 9, 60), ("short", 1, 1))], present)
    assert order(schedule, present, cost=0) == ["short"]
    (left,) = schedule.left_out
    assert "long" in left.what
    assert "budget" in left.why


def test_an_experiment_that_the_sensor_cannot_serve_is_told() -> None:
    present = lab()
    schedule = Schedule.of([Planned("one", ("x", 1, 1), needs=frozenset({Capability.SQL}))], present)
    assert order(schedule, present, cost=0) == []
    assert "sql" in schedule.left_out[0].why


def test_abandoning_names_everything_that_waits() -> None:
    present = lab()
    schedule = Schedule.of([Planned("one", ("a", 2, 1), ("b", 1, 1))], present)
    assert schedule.turn(present.left())
    schedule.abandon("the run was interrupted", "in the middle of it")
    assert {(left.what, left.why) for left in schedule.left_out} == {
        ("Planned: b", "the run was interrupted"),
        ("Planned: a", "in the middle of it"),
    }
    assert len(schedule) == 0


def test_what_cannot_be_proven_any_more_comes_last_and_the_time_for_proofs_is_kept_meanwhile() -> None:
    present = lab(seconds=30)
    slow = Planned("slow", ("hold", 9, 12))
    slow.replay_s = 11  # type: ignore[misc]
    quick = Planned("quick", ("look", 9, 12))
    schedule = Schedule.of([slow, quick], present)
    kept = [(turn.candidate.operations[0], turn.reserve_s) for turn in turns(schedule, present)]
    # It comes last, when nothing else can be tried: that it holds can still be seen.
    assert [name for name, _ in kept] == ["look", "hold"]
    assert [round(seconds) for _, seconds in kept] == [4, 15]


def test_estimates_follow_the_pace_of_the_service() -> None:
    present = lab(seconds=100)
    present.trial_s = 9 * USUAL_TRIAL_S
    queue = Schedule.of([Planned("one", ("a", 3, 4), ("b", 2, 4))], present).queues[0]
    first, second = queue.waiting
    assert queue.expected_s(first) == pytest.approx(12)
    # What is waited for takes as long on any service.
    assert queue.expected_s(replace(second, waits_s=3.0)) == pytest.approx(6)
    queue.tried(first, seconds=4.0, proofs=0, proving_s=0.0)
    queue.tried(first, seconds=24.0, proofs=1, proving_s=20.0)
    assert queue.expected_s(second) < 8
    assert queue.reserve_s(second) < 20


def test_a_suspected_operation_has_its_turn_while_it_still_fits() -> None:
    present = lab(seconds=40)
    many = Planned("many", *[(f"cheap{n}", 90.0, 10.0) for n in range(4)], suspected=frozenset({"cheap0", "cheap1"}))
    long = Planned("long", ("hold", 10, 30), suspected=frozenset({"hold"}))
    assert order(Schedule.of([many, long], present), present, cost=1)[0] == "hold"


def test_suspicions_of_one_experiment_do_not_use_up_the_time_of_all_others() -> None:
    present = lab(seconds=100)
    names = [f"suspect{n}" for n in range(40)]
    eager = Planned("eager", *[(name, 90.0, 2.0) for name in names], suspected=frozenset(names))
    others = [Planned(f"other{n}", (f"other{n}", 20.0, 2.0)) for n in range(14)]
    taken = order(Schedule.of([eager, *others], present), present, cost=2)
    # Fifteen experiments: each has had a turn in the time that forty candidates take.
    assert {f"other{n}" for n in range(14)} < set(taken[:40])


def test_what_nobody_suspects_has_a_part_of_the_time() -> None:
    present = lab(seconds=100)
    eager = [
        Planned(f"eager{n}", *[(f"suspect{n}", 90.0, 5.0)] * 5, suspected=frozenset({f"suspect{n}"})) for n in range(4)
    ]
    schedule = Schedule.of([*eager, Planned("other", ("look", 10.0, 1.0))], present)
    assert order(schedule, present, cost=10).index("look") <= 6


def test_each_experiment_tries_its_first_suspicion_before_another_one_its_second() -> None:
    present = lab(seconds=100)
    races = Planned("races", ("race0", 350, 4), ("race1", 350, 4), suspected=frozenset({"race0", "race1"}))
    holds = Planned("holds", ("hold", 90, 12), suspected=frozenset({"hold"}))
    # The first race takes far longer than anybody thought.
    assert order(Schedule.of([races, holds], present), present, cost=30) == ["race0", "hold", "race1"]


def test_a_second_copy_begins_with_another_experiment() -> None:
    present = lab(seconds=100)
    races = Planned("races", ("race0", 350, 4), ("race1", 350, 4), suspected=frozenset({"race0", "race1"}))
    holds = Planned("holds", ("hold", 90, 12), suspected=frozenset({"hold"}))
    schedule = Schedule.of([races, holds], present)
    schedule.spread(present.left(), lanes=2)
    first, second = schedule.turn(100), schedule.turn(100)
    assert first
    assert second
    assert [turn.candidate.operations[0] for turn in (first, second)] == ["race0", "hold"]
    schedule.spent(first, 4)
    assert schedule.is_under_way
    schedule.spent(second, 4)
    assert not schedule.is_under_way


def test_a_turn_that_is_given_back_comes_next() -> None:
    present = lab(seconds=100)
    schedule = Schedule.of([Planned("one", ("a", 9, 1), ("b", 8, 1))], present)
    lost = schedule.turn(100)
    assert lost
    schedule.give_back(lost)
    assert not schedule.is_under_way
    assert order(schedule, present, cost=1) == ["a", "b"]


def test_what_is_not_wanted_is_neither_tried_nor_told() -> None:
    present = lab(seconds=100)
    schedule = Schedule.of(
        [Planned("one", ("a", 9, 1), ("b", 8, 1))], present, lambda candidate: candidate.operations != ("a",)
    )
    assert order(schedule, present, cost=1) == ["b"]
    assert schedule.left_out == ()
