"""Seeds for turns: of the orders that a seed may give, one that was not seen yet.

The sensor tells of each choice among how many tasks it was and which one went on. As a seed makes the same choices
again while the requests do the same, what is known of earlier plays says how far a new seed would repeat one of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Interleaving

TURNS = "turns"
"""The kind of the sensor's event that tells in which order turns were given."""

_MOST_SEEDS = 40

Pick = tuple[int, int]
"""Among how many it was chosen, and which of them."""


def took_turns(trial: Trial) -> bool:
    """Whether there was a choice between tasks at all: threads run as they like."""
    return any(event.kind == TURNS and event.data.get("choices") for event in trial.events)


def unseen(first: int, seeds: Iterator[int], trials: Iterable[Trial]) -> int | None:
    """`first`, or the next seed whose order was not seen in these trials; None where none is likely to give one."""
    played = [_picks(trial) for trial in trials if trial.scenario.interleaving is Interleaving.TURNS]
    candidates = (first, *islice(seeds, _MOST_SEEDS))
    return next((seed for seed in candidates if not any(_repeats(seed, picks) for picks in played)), None)


def _repeats(seed: int, picks: Sequence[Pick]) -> bool:
    """Whether the seed makes all the choices of that play."""
    chance = random.Random(seed)  # noqa: S311 - as the sensor chooses
    return all(chance.randrange(width) == chosen for width, chosen in picks)


def _picks(trial: Trial) -> tuple[Pick, ...]:
    """The choices of a play, as the request that was answered last tells them."""
    told = [event.data.get("picks") for event in trial.events if event.kind == TURNS]
    longest = max((each for each in told if isinstance(each, list)), key=len, default=[])
    picks = [tuple(map(int, pick)) for pick in longest if isinstance(pick, list)]  # type: ignore[arg-type]
    return tuple((pick[0], pick[1]) for pick in picks if len(pick) == 2)
