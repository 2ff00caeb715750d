"""What published labels make one expect of a task, before any evidence of one's own.

Labels are those of Eloundou, Manning, Mishkin and Rock, "GPTs are GPTs" (Science 2024): would access to a language
model halve the time that a person needs for a task, at equal quality? E0 no (0), E1 yes (1), E2 yes with software
around the model (0.5: their measure beta). People and GPT-4 rated each of 19,265 O*NET tasks. They disagree most
about software (Cohen's κ about 0.1), so both ratings are kept, and the distance between them is part of the range.

On occupations that were not fitted on, a text's range holds both raters' mean in 81 % of all tasks, but only in 67 to
79 % of software tasks (benchmarks/prior.py): give such tasks anchors, whose ratings need no guess.

The model ships as one file of figures (`prior.zip`): labels by O*NET id, hashed linear weights and a Bloom filter.
It holds no sentences. benchmarks/prior_fit.py writes it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from array import array
from bisect import bisect_right
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from crashworthy.roles.familiarity import familiarity
from crashworthy.roles.features import places_of

SHARE_OF_LABEL = {"E0": 0.0, "E1": 1.0, "E2": 0.5}
FILE = "prior.zip"


class Label(NamedTuple):
    """The published ratings of one O*NET task, "E0", "E1" or "E2", and the occupation it belongs to.

    `usage` is the task's share of conversations with Claude in percent (Anthropic Economic Index, February 2025),
    None when it was not seen there.
    """

    occupation: str
    human: str
    gpt4: str
    usage: float | None


class Prior(NamedTuple):
    """The expected share, 0 to 1, of a task's work that a model could halve, as people and as GPT-4 rate it.

    `low` to `high` is a range around both: for a text the one that held 80 % of held-out tasks whose wording was
    as familiar, for anchors the spread of the two ratings and of the anchors. `exposed` is the calibrated
    probability that people rate it other than E0. `basis` says where it comes from.
    """

    human: float
    gpt4: float
    low: float
    high: float
    exposed: float
    basis: str

    @property
    def middle(self) -> float:
        """Halfway between the raters."""
        return (self.human + self.gpt4) / 2


class PriorModel:
    """The shipped figures, read once."""

    def __init__(self, archive: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(archive)) as parts:
            self._meta = json.loads(parts.read("meta.json"))
            self._weights = {name: array("b", parts.read(f"{name}.i8")) for name in self._meta["linear"]}
            self._bloom = parts.read("phrases.bloom")
            self.labels = _labels(parts.read("labels.csv").decode())
            self.applicability = _applicability(parts.read("occupations.csv").decode())

    @property
    def least_familiarity(self) -> float:
        """Below this familiarity there is no basis for an answer."""
        return float(self._meta["least_familiarity"])

    def familiarity(self, text: str) -> float:
        """How much of the wording the model has seen, 0 to 1."""
        return familiarity(text, self._bloom)

    def of_text(self, text: str) -> Prior | None:
        """What a task's wording makes one expect; None, no basis, when too little of the wording is familiar."""
        known = self.familiarity(text)
        return None if known < self.least_familiarity else self.guess(text, known)

    def guess(self, text: str, known: float) -> Prior:
        """What a wording of that familiarity makes one expect, also where the error is not known."""
        features = places_of(text)
        human, gpt4 = (_within(self._linear(name, features)) for name in ("human_share", "gpt4_share"))
        margin = self._meta["margins"][bisect_right(self._meta["bins"], known)]
        middle = (human + gpt4) / 2
        # A rating is a share, so the range ends at 0 and 1 however wide the error is.
        low, high = min(human, gpt4, middle - margin), max(human, gpt4, middle + margin)
        exposed = 1 / (1 + math.exp(-self._linear("human_exposed", features)))
        return Prior(human, gpt4, max(0.0, low), min(1.0, high), exposed, f"its wording, {known:.0%} of it familiar")

    def of_anchors(self, anchors: tuple[int, ...]) -> Prior | None:
        """What the published ratings of O*NET tasks make one expect; None when none of them was rated.

        The range is that of the two raters' means, each with one standard error of its anchors, so that a task with
        a single anchor keeps the whole distance that one rating can be off.
        """
        rated = [self.labels[anchor] for anchor in anchors if anchor in self.labels]
        if not rated:
            return None
        raters = [[SHARE_OF_LABEL[label.human] for label in rated], [SHARE_OF_LABEL[label.gpt4] for label in rated]]
        human, gpt4 = (math.fsum(shares) / len(shares) for shares in raters)
        margin = self._meta["label_spread"] / math.sqrt(len(rated))
        exposed = sum(label.human != "E0" for label in rated) / len(rated)
        basis = f"published ratings of {len(rated)} O*NET task{'s' * (len(rated) > 1)}"
        low, high = max(0.0, min(human, gpt4) - margin), min(1.0, max(human, gpt4) + margin)
        return Prior(human, gpt4, low, high, exposed, basis)

    def _linear(self, name: str, features: tuple[list[int], float]) -> float:
        weights, fit = self._weights[name], self._meta["linear"][name]
        places, scale = features
        total = scale * sum(map(weights.__getitem__, places))
        return float(fit["intercept"] + fit["scale"] * total)


@cache
def shipped_prior() -> PriorModel:
    """The model that comes with crashworthy."""
    return PriorModel((files("crashworthy.roles") / FILE).read_bytes())


def _labels(text: str) -> dict[int, Label]:
    return {
        int(row["task"]): Label(
            row["occupation"], row["human"], row["gpt4"], float(row["usage"]) if row["usage"] else None
        )
        for row in csv.DictReader(io.StringIO(text))
    }


def _applicability(text: str) -> dict[str, float]:
    return {row["occupation"]: float(row["applicability"]) for row in csv.DictReader(io.StringIO(text))}


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))
