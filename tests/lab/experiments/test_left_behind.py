"""The judge of what a broken request leaves behind, over trials made by hand."""

from __future__ import annotations

import itertools

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments import episode
from crashworthy.lab.experiments.partial import halves, left_behind
from sick_services.histories import exchange

TAKE = Step(operation="POST /take", method="POST", path="/take")
READ = Step(operation="GET /things", method="GET", path="/things")
NUMBERS = itertools.count()
DIES: dict[str, Json] = {"fault": {"step": 3, "how": "die"}}
STATEMENTS = ("UPDATE a SET busy = 1", "commit", "UPDATE b SET n = 1", "commit")


def trial(
    purpose: str, statuses: list[int | None], left: Json = None, *, restarted: bool = False, **kinds: str
) -> Trial:
    events = [
        SensorEvent(
            at=n, kind="commit" if text == "commit" else "sql", exchange="a0", data={"statement": text, "write": True}
        )
        for n, text in enumerate(STATEMENTS)
    ]
    if restarted:
        events.append(SensorEvent(at=9, kind=episode.RESTARTED))
    events += [SensorEvent(at=9, kind=kind.replace("_", "-"), data={"message": said}) for kind, said in kinds.items()]
    return Trial(
        id=f"{purpose}-{next(NUMBERS)}",
        purpose=purpose,
        scenario=Scenario(attack=(TAKE,) * len(statuses), observe=(READ,), settings=DIES if restarted else {}),
        exchanges=(
            *(exchange(TAKE, "attack", status, id_=f"a{n}") for n, status in enumerate(statuses)),
            exchange(READ, "observe", 200, left, id_="o"),
        ),
        events=tuple(events),
        crashed="start_failed" in kinds,
    )


CONTROLS = (
    trial(halves.BASELINE, [], []),
    trial(halves.ONCE, [200], [1]),
    trial(halves.ONCE, [200], [1]),
    trial(halves.LATE, [200], [1]),
)
ALONE = trial(left_behind.ALONE, [200], [1])
REPEATABLE = trial(left_behind.FINISHED, [200, 200], [1, 1])
ONCE_ONLY = trial(left_behind.FINISHED, [200, 409], [1])


def stuck(status: int, left: Json = None, *, restarted: bool = True) -> Trial:
    return trial(
        left_behind.STUCK, [None if restarted else 500, status], left if left is not None else [], restarted=restarted
    )


def judged(*trials: Trial, settings: dict[str, Json] | None = None) -> list[Judgement]:
    history = History(
        id="h",
        experiment="broken-in-the-middle",
        weakness="half-done",
        operations=("POST /take",),
        seed=1,
        trials=(*CONTROLS, *trials),
        settings=settings or {},
    )
    return left_behind.judge_left_behind(history)


def test_what_is_refused_a_day_after_the_process_died_and_not_otherwise_is_left_locked() -> None:
    (found,) = judged(stuck(409), ALONE, REPEATABLE)
    assert (found.status, found.weakness) == (Status.PROVEN, "left-locked")
    assert "409 a day later" in found.seen


@pytest.mark.parametrize(
    "trials",
    [
        [stuck(200), ALONE, REPEATABLE],
        [stuck(409), trial(left_behind.ALONE, [401]), REPEATABLE],
        [stuck(409), REPEATABLE],
        [stuck(401), ALONE, REPEATABLE],
        [stuck(429), ALONE, REPEATABLE],
        [stuck(409, restarted=False), ALONE, REPEATABLE],
        [stuck(409, [1]), ALONE, ONCE_ONLY],
    ],
    ids=[
        "accepted",
        "the login has ended as well",
        "no control",
        "not allowed",
        "too many",
        "no new process yet",
        "done, and done once",
    ],
)
def test_a_refusal_that_has_another_reason_accuses_nobody(trials: list[Trial]) -> None:
    assert judged(*trials) == []


def test_what_can_be_done_once_is_used_up_where_nothing_of_it_is_there() -> None:
    for restarted in (True, False):
        (found,) = judged(stuck(409, restarted=restarted), ALONE, ONCE_ONLY)
        assert (found.status, found.weakness) == (Status.PROVEN, "half-done")


def test_where_something_else_may_tidy_up_it_is_suspected() -> None:
    (found,) = judged(stuck(409), ALONE, REPEATABLE, settings={left_behind.TIDIED_BY: "sweep may free it"})
    assert (found.status, found.why) == (Status.SUSPECTED, "sweep may free it")


def test_a_start_that_fails_counts_where_another_works() -> None:
    broken = trial(halves.BROKEN, [None], restarted=True, start_failed="it ended with status 1")
    (found,) = judged(broken, trial(left_behind.UNBROKEN, [200], [1]))
    assert (found.status, found.weakness, found.root) == (Status.PROVEN, "left-locked", "start")
    assert judged(broken) == []
    assert judged(broken, trial(left_behind.UNBROKEN, [200], start_failed="no start either")) == []
