"""The judge of holds by quantity, over trials made by hand."""

from __future__ import annotations

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.time import left_held
from crashworthy.lab.experiments.time.holds import SWEPT
from crashworthy.lab.experiments.time.lifetimes import LIFETIME, NAME
from sick_services.histories import exchange

OPEN = Step(operation="POST /events", method="POST", path="/events")
READ = Step(operation="GET /events", method="GET", path="/events")
PROMISED: dict[str, Json] = {NAME: "expires_at", LIFETIME: 900.0}


def trial(
    purpose: str,
    left: Json,
    *,
    field: str = "seats_left",
    asked: int | None = 200,
    path: str = "/holds",
    **answer: Json,
) -> Trial:
    hold = Step(operation=f"POST {path}", method="POST", path=path)
    is_held = purpose in (left_held.HELD, left_held.HELD_LATER)
    later = purpose in (left_held.FREE_LATER, left_held.HELD_LATER)
    return Trial(
        id=purpose,
        purpose=purpose,
        scenario=Scenario(setup=(OPEN, hold) if is_held else (OPEN,), attack=(hold,) if later else (), observe=(READ,)),
        exchanges=(
            exchange(OPEN, "setup", 200, id_="s0"),
            *([exchange(hold, "setup", 200, answer, id_="s1")] if is_held else []),
            *([exchange(hold, "attack", asked, id_="a")] if later else []),
            exchange(READ, "observe", 200, [{field: left}], id_="o"),
        ),
    )


def judged(lefts: tuple[int, int, int, int], settings: dict[str, Json] | None = None, **how: object) -> Judgement:
    purposes = (left_held.FREE, left_held.HELD, left_held.FREE_LATER, left_held.HELD_LATER)
    history = History(
        id="h",
        experiment="left-held",
        weakness="hold-without-end",
        operations=("POST /holds",),
        seed=1,
        trials=tuple(trial(purpose, left, **how) for purpose, left in zip(purposes, lefts, strict=True)),  # type: ignore[arg-type]
        settings=PROMISED if settings is None else settings,
    )
    return left_held.LeftHeld().judge(history)


def test_what_is_not_given_back_after_the_end_that_was_told_is_proven() -> None:
    found = judged((20, 18, 18, 16))
    assert (found.status, found.seen) == (Status.PROVEN, "16, as if it were still held")
    assert "[].seats_left of GET /events" in found.title


@pytest.mark.parametrize("settings", [{}, {**PROMISED, SWEPT: "sweep"}], ids=["no end was told", "something frees it"])
def test_where_nobody_promised_or_something_else_may_free_it_it_is_suspected(settings: dict[str, Json]) -> None:
    assert judged((20, 18, 18, 16), settings).status is Status.SUSPECTED


@pytest.mark.parametrize(
    ("lefts", "how"),
    [
        ((20, 18, 18, 18), {}),
        ((20, 20, 18, 18), {}),
        ((20, 22, 18, 20), {}),
        ((20, 18, 18, 16), {"field": "balance"}),
        ((20, 18, 18, 16), {"path": "/tickets"}),
        ((20, 18, 18, 16), {"asked": 401}),
    ],
    ids=["given back", "nothing taken", "more there", "what was paid", "sold", "nobody may any more"],
)
def test_others_accuse_nobody(lefts: tuple[int, int, int, int], how: dict[str, object]) -> None:
    assert judged(lefts, **how).status is Status.HELD


def test_an_order_that_is_not_paid_is_a_hold() -> None:
    assert judged((20, 18, 18, 16), {}, path="/orders", paid_at=None).status is Status.SUSPECTED
