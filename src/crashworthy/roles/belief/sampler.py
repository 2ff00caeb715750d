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
    steps = np.zeros(chains, dtype=int)
    others, least, angle = np.empty((chains, size)), np.empty(chains), np.empty(chains)
    low, high = np.empty(chains), np.empty(chains)
    new = open_ = np.arange(chains)
    # Each chain begins its next step as soon as it has one: none waits for the slowest, and all are asked at once.
    while len(open_):
        others[new] = random.standard_normal((len(new), size))
        least[new] = heights[new] - random.exponential(size=len(new))
        angle[new] = random.uniform(0, 2 * math.pi, len(new))
        low[new], high[new] = angle[new] - 2 * math.pi, angle[new]
        turn = angle[open_, None]
        proposals = states[open_] * np.cos(turn) + others[open_] * np.sin(turn)
        proposed = log_likelihood(proposals)
        taken = proposed >= least[open_]
        new, refused = open_[taken], open_[~taken]
        states[new], heights[new] = proposals[taken], proposed[taken]
        steps[new] += 1
        after = steps[new] - warm_up
        due = (after > 0) & (after % thin == 0)
        kept[new[due], after[due] // thin - 1] = states[new[due]]
        new = new[after < keep * thin]
        # An angle that was refused becomes the nearer end of those to come.
        back = angle[refused] < 0
        low[refused[back]], high[refused[~back]] = angle[refused[back]], angle[refused[~back]]
        angle[refused] = random.uniform(low[refused], high[refused])
        open_ = np.concatenate([refused, new])
    return kept


def disagreement(values: Array) -> float:
    """R̂ of one quantity, shape (chains, keep): 1 where the chains agree (Gelman, Rubin 1992)."""
    length = values.shape[1]
    within = values.var(axis=1, ddof=1).mean()
    between = values.mean(axis=1).var(ddof=1)
    return float(math.sqrt((length - 1) / length + between / within)) if within > 0 else 1.0
