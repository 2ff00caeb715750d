"""Elliptical slice sampling: draws from a posterior whose prior is standard normal, without a setting to tune.

Murray, Adams, MacKay: Elliptical slice sampling, AISTATS 2010. Many chains run side by side, each from a draw of its
own of the prior: numpy then does their work at once, and chains that disagree show that none has arrived.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def elliptical_slice(
    log_likelihood: Callable[[Array], Array], size: int, *, chains: int, keep: int, warm_up: int, thin: int, seed: int
) -> Array:
    """Draws of shape (chains, keep, size) from N(0, 1)^size times the likelihood; every `thin`-th state is kept.

    `log_likelihood` takes states of shape (n, size) and gives n finite values.
    """
    random = np.random.default_rng(seed)
    states = random.standard_normal((chains, size))
    heights = log_likelihood(states)
    kept = np.empty((chains, keep, size))
    for step in range(-warm_up, keep * thin):
        states, heights = _next(log_likelihood, states, heights, random)
        if step >= 0 and step % thin == thin - 1:
            kept[:, step // thin] = states
    return kept


def disagreement(values: Array) -> float:
    """R̂ of one quantity, shape (chains, keep): 1 where the chains agree (Gelman, Rubin 1992)."""
    length = values.shape[1]
    within = values.var(axis=1, ddof=1).mean()
    between = values.mean(axis=1).var(ddof=1)
    return float(math.sqrt((length - 1) / length + between / within)) if within > 0 else 1.0


def _next(
    log_likelihood: Callable[[Array], Array], states: Array, heights: Array, random: np.random.Generator
) -> tuple[Array, Array]:
    """Of each chain a state on the ellipse through its own and one of the prior, above a random share of its height."""
    chains = len(states)
    others = random.standard_normal(states.shape)
    least = heights - random.exponential(size=chains)
    angle = random.uniform(0, 2 * math.pi, chains)
    low, high = angle - 2 * math.pi, angle.copy()
    new, new_heights = states.copy(), heights.copy()
    open_ = np.arange(chains)
    while len(open_):
        turn = angle[open_, None]
        proposals = states[open_] * np.cos(turn) + others[open_] * np.sin(turn)
        proposed = log_likelihood(proposals)
        taken = proposed >= least[open_]
        new[open_[taken]], new_heights[open_[taken]] = proposals[taken], proposed[taken]
        open_ = open_[~taken]
        back = angle[open_] < 0
        low[open_[back]], high[open_[~back]] = angle[open_[back]], angle[open_[~back]]
        angle[open_] = random.uniform(low[open_], high[open_])
    return new, new_heights
