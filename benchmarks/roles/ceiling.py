"""What somebody would believe who knew how a world came about: no method decides better from the same ledger.

The model with what `simulate` does in place of its own assumptions: how much better it gets every quarter, of which two
kinds services are, or how likely each change goes the way of the one before. What the world drew stays unknown.
"""

from __future__ import annotations

import numpy as np

from crashworthy.roles.belief.model import CHAINS, KEEP, THIN, WARM_UP, _Model, logistic
from crashworthy.roles.belief.sampler import Array, elliptical_slice
from roles.belief.simulate import APART, DRIFT, STREAK, World


class _Known(_Model):
    """The model of a world of one of `simulate.KINDS`."""

    def __init__(self, kind: str, world: World) -> None:
        super().__init__(world.tasks, world.detection, world.observations, None)
        self._kind = kind
        lines: dict[tuple[int, int], list[int]] = {}
        for place, each in enumerate(world.observations):
            lines.setdefault((each.task, each.service), []).append(place)
        # One row for the changes to a task in a service, in their order; -1 where there are no more.
        self._lines = np.full((len(lines), max(map(len, lines.values()))), -1)
        for row, places in enumerate(lines.values()):
            self._lines[row, : len(places)] = places

    def _levels(self, states: Array) -> tuple[Array, ...]:
        task, back, service, spread = super()._levels(states)
        if self._kind == "drift":
            back = np.broadcast_to(-DRIFT * np.arange(back.shape[1]), back.shape)
        if self._kind == "clusters":
            # Which services are of which kind is as open as the order of as many normal draws.
            ranks = np.argsort(np.argsort(service, axis=1), axis=1)
            service = np.where(ranks < service.shape[1] / 2, -APART, APART)
        return task, back, service, spread

    def log_likelihood(self, states: Array) -> Array:
        return self._of_streaks(states) if self._kind == "streaks" else super().log_likelihood(states)

    def _of_streaks(self, states: Array) -> Array:
        """By the forward algorithm: whether a change was right is hidden, and depends on the one before."""
        task, back, service, _ = self._levels(states)
        right = logistic(task[:, self._task] + back[:, self._age] + service[:, self._service])
        found = self._found(states) @ self._tried.T
        heard = np.where(self._followed, self._heard_of(states)[:, None], 0.0)
        broke, escaped = self._broken > 0, self._escaped
        if_wrong = np.where(broke, found, (1 - found) * np.where(escaped, heard, 1 - heard))
        if_right = np.where(broke | escaped, 0.0, 1.0)
        total, before = np.zeros(len(states)), right[:, self._lines[:, 0]]
        for step in range(self._lines.shape[1]):
            at = self._lines[:, step]
            there, plain = at >= 0, right[:, at]
            chance = plain if step == 0 else (1 - STREAK) * plain + STREAK * before
            seen_right, seen_wrong = chance * if_right[at], (1 - chance) * if_wrong[:, at]
            seen = seen_right + seen_wrong + np.finfo(float).tiny
            total += np.where(there, np.log(seen), 0.0).sum(axis=1)
            before = np.where(there, seen_right / seen, before)
        return total


def ceiling(kind: str, world: World, seed: int) -> Array:
    """Draws of each task's rate now, shape (draws, tasks), of somebody who knows how worlds of this kind come about."""
    model = _Known(kind, world)
    states = elliptical_slice(
        model.log_likelihood, model.size, chains=CHAINS, keep=KEEP, warm_up=WARM_UP, thin=THIN, seed=seed
    )
    return model.read(states.reshape(-1, model.size)).rate[:, :, 0]
