"""Turns are shared out: each is done once, also when a lane is lost, and nobody waits for one that is dismissed."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crashworthy.constraints.model import Constraints
from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.run import lane
from crashworthy.run.attempt import Attempt
from crashworthy.run.crew import Crew
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
from crashworthy.run.lane import LaneLostError
from crashworthy.run.schedule import Schedule, Turn
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.concurrency import LOST_UPDATE


class Many(Experiment):
    id: ClassVar[str] = "many"
    title: ClassVar[str] = "Many"
    weaknesses = (LOST_UPDATE,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        return [Candidate(LOST_UPDATE, (f"op{n}",), "", priority=1.0, estimate_s=2.0) for n in range(12)]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        raise NotImplementedError

    def judge(self, history: History) -> Judgement:
        raise NotImplementedError

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        raise NotImplementedError


class Bed:
    capabilities: frozenset[Any] = frozenset()


class FakeLane:
    """Does `lasts` turns and is then lost; without a number it hangs in its first until it is ended."""

    def __init__(self, done: list[str], lasts: int | None) -> None:
        self.done = done
        self.lasts = lasts
        self.has_a_turn = threading.Event()
        self.ended = threading.Event()

    def begin(self, briefing: object) -> None:
        assert briefing is not None

    def make(self, turn: Turn, proven: object, conclude: object, emit: object) -> Attempt:
        self.has_a_turn.set()
        if self.lasts is None:
            self.ended.wait()
        if not self.lasts:
            raise LaneLostError
        self.lasts -= 1
        self.done.append(turn.candidate.operations[0])
        return Attempt(seconds=0.1)

    def end(self) -> None:
        self.ended.set()


def crew_of(schedule: Schedule, lab: Lab, finished: Callable[[Attempt], None], told: list[str]) -> Crew:
    return Crew(lab, schedule, proven=frozenset, conclude=lambda _: None, finished=finished, note=told.append)


def lab() -> Lab:
    bed: Any = Bed()
    tree = SourceTree(Path(), (), (), (), (), (), (), frozenset())
    return Lab(bed, tree, (), 1, time.monotonic() + 1000, lambda _: None)


def test_every_turn_is_done_once_also_when_a_lane_is_lost_in_the_middle_of_one() -> None:
    told: list[str] = []
    present = lab()
    schedule = Schedule.of([Many()], present)
    done: list[str] = []
    finished: list[Attempt] = []
    lane: Any = FakeLane(done, lasts=3)
    crew = crew_of(schedule, present, finished.append, told)

    def make(turn: Turn) -> Attempt:
        lane.has_a_turn.wait()
        time.sleep(0.01)
        done.append(turn.candidate.operations[0])
        return Attempt(seconds=0.1)

    crew.call([lane])
    crew.work(make)
    crew.dismiss()
    assert sorted(done) == sorted(f"op{n}" for n in range(12))
    assert len(finished) == 12
    assert schedule.lanes == 1
    assert len(told) == 1
    assert schedule.left_out == ()


def test_a_lane_that_hangs_when_the_run_is_stopped_is_ended_and_its_turn_told() -> None:
    told: list[str] = []
    present = lab()
    schedule = Schedule.of([Many()], present)
    lane: Any = FakeLane([], lasts=None)
    crew = crew_of(schedule, present, lambda _: None, told)
    crew.call([lane])
    assert lane.has_a_turn.wait(10)
    crew.dismiss()
    schedule.abandon("before its turn", "in the middle of it")
    assert lane.ended.is_set()
    assert told == [], "what we ended ourselves is no news"
    assert sum("in the middle" in left.why for left in schedule.left_out) == 1


def test_little_work_is_not_shared_out() -> None:
    present = lab()
    schedule = Schedule.of([Many()], present, lambda candidate: candidate.operations == ("op1",))
    lane: Any = FakeLane([], lasts=9)
    crew = crew_of(schedule, present, lambda _: None, [])
    crew.call([lane])
    assert schedule.lanes == 1


def test_no_room_for_another_copy_leaves_the_first_one_to_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_room(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "copy").mkdir()
    monkeypatch.setattr(lane, "containment", lambda: (True, ""))
    monkeypatch.setattr(lane, "copy_source", no_room)
    job = Job(
        run="r",
        folder=str(tmp_path),
        source=".",
        python=None,
        constraints=Constraints(),
        lanes=2,
        started_at="2026-11-20",
    )
    tree = SourceTree(Path(), (), (), (), (), (), (), frozenset())
    assert lane.open_lanes(job, tree, RunFolder(tmp_path)) == []
    assert "No space left" in capsys.readouterr().err
