from __future__ import annotations

import itertools
import random

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.scenario import Interleaving, Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.orders import took_turns, unseen

WIDTHS = (2, 2, 3)


def played(seed: int, widths: tuple[int, ...] = WIDTHS) -> Trial:
    """A play in which the sensor chose by that seed."""
    chance = random.Random(seed)
    picks: list[Json] = [[width, chance.randrange(width)] for width in widths]
    return Trial(
        id=f"t{seed}",
        purpose="concurrent",
        scenario=Scenario(interleaving=Interleaving.TURNS, seed=seed),
        events=(SensorEvent(at=0, kind="turns", data={"choices": len(picks), "picks": picks}),),
    )


def picks(trial: Trial) -> str:
    return str(trial.events[0].data["picks"])


def test_each_order_is_played_once_until_all_were() -> None:
    trials: list[Trial] = []
    seeds = iter(itertools.count(100))
    while (seed := unseen(next(seeds), seeds, trials)) is not None:
        trials.append(played(seed))
    orders = [picks(trial) for trial in trials]
    assert len(orders) == len(set(orders)) == 2 * 2 * 3


def test_the_first_seed_is_taken_where_nothing_was_seen_and_where_it_gives_another_order() -> None:
    assert unseen(5, iter(()), []) == 5
    other = next(seed for seed in itertools.count() if picks(played(seed)) != picks(played(5)))
    assert unseen(5, iter(()), [played(other)]) == 5
    assert unseen(5, iter(()), [played(5)]) is None


def test_where_there_was_no_choice_there_is_no_other_order() -> None:
    assert unseen(5, iter(range(9)), [played(1, ())]) is None
    assert not took_turns(played(1, ()))
    assert took_turns(played(1))


def test_other_interleavings_are_no_orders() -> None:
    slept = played(5).model_copy(update={"scenario": Scenario(interleaving=Interleaving.SLEEP, seed=5)})
    assert unseen(5, iter(()), [slept]) == 5
