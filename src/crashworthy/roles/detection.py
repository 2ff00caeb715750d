"""How often an experiment finds a weakness where it is: what "held" is worth.

The counts in `detection.toml` come from services whose defects others had written down before (benchmarks/detection.py
prints them). A weakness without a count may be found always or never: Beta(1, 1).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.model import Normal

_DRAWS = 40_000


class Detection(NamedTuple):
    """`found` of `of` known defects of a weakness were proven."""

    found: int
    of: int

    @property
    def mean(self) -> float:
        """The expected share, after one hit and one miss for modesty."""
        return (self.found + 1) / (self.of + 2)

    @property
    def logit(self) -> Normal:
        """Beta(found + 1, missed + 1) as a normal distribution of its logit."""
        return _logit(self.found + 1, self.of - self.found + 1)


def detection_of(weakness: str) -> Detection:
    """What is known of how often this weakness is found."""
    return _shipped().get(weakness, Detection(0, 0))


@cache
def _shipped() -> dict[str, Detection]:
    counts = tomllib.loads((files("crashworthy.roles") / "detection.toml").read_text(encoding="utf-8"))
    return {weakness: Detection(**each) for weakness, each in counts.items()}


@cache
def _logit(hits: int, misses: int) -> Normal:
    share = np.random.default_rng(1).beta(hits, misses, size=_DRAWS)
    logits = np.log(share) - np.log1p(-share)
    return Normal(float(logits.mean()), float(logits.std()))
