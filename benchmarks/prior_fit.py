"""Fits the prior of the role model on published labels and writes the figures that ship.

    uv run --with scikit-learn python benchmarks/prior_fit.py --data FOLDER

FOLDER holds the data releases of "GPTs are GPTs" (full_labelset.tsv), "Working with AI"
(soc_ai_applicability_scores.csv) and the Anthropic Economic Index (onet_task_mappings.csv). What is written to
src/crashworthy/roles/prior.zip: labels by id, int8 weights, a Bloom filter of words and pairs. No sentences.

Margins and the least familiarity come from five-fold cross-fitting by occupation: each task is predicted by a model
that saw no task of its occupation.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge

from crashworthy.roles.familiarity import bloom_filter, familiarity
from crashworthy.roles.features import BITS, weights_of
from crashworthy.roles.prior import FILE, SHARE_OF_LABEL, PriorModel

FOLDS = 5
# The range is to hold 80 % of tasks of occupations that nobody fitted on. Two points more, because the margins are
# quantiles of the same predictions, and on other occupations they fall short by about one.
COVERAGE = 0.82
# A wording as unfamiliar as that of the 5 % least familiar held-out tasks has too few like it to know the error.
LEAST_QUANTILE = 0.05
BINS = (0.2, 0.4, 0.6, 0.8)
TARGET = Path(__file__).parent.parent / "src" / "crashworthy" / "roles" / FILE


class Rated(NamedTuple):
    """One O*NET task with its two ratings."""

    task: int
    occupation: str
    text: str
    human: str
    gpt4: str
    usage: float | None


def read(folder: Path) -> list[Rated]:
    with (folder / "onet_task_mappings.csv").open(newline="", encoding="utf-8") as file:
        usage = {row["task_name"].strip().lower(): float(row["pct"]) for row in csv.DictReader(file)}
    with (folder / "full_labelset.tsv").open(newline="", encoding="utf-8") as file:
        return [
            Rated(
                int(float(row["Task ID"])),
                row["O*NET-SOC Code"],
                row["Task"],
                row["human_exposure_agg"],
                row["gpt4_exposure"],
                usage.get(row["Task"].strip().lower()),
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def matrix(texts: Sequence[str]) -> csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        features = weights_of(text)
        columns.extend(features)
        values.extend(features.values())
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(texts), 1 << BITS))


def shares(tasks: Sequence[Rated]) -> tuple[np.ndarray, np.ndarray]:
    """Both raters' labels as numbers."""
    human = np.array([SHARE_OF_LABEL[task.human] for task in tasks])
    return human, np.array([SHARE_OF_LABEL[task.gpt4] for task in tasks])


def folds(tasks: Sequence[Rated], seed: int, parts: int) -> np.ndarray:
    """The part, 0 to parts - 1, of each task; an occupation is never divided."""
    occupations = sorted({task.occupation for task in tasks})
    order = np.random.default_rng(seed).permutation(len(occupations))
    part = {occupations[place]: rank % parts for rank, place in enumerate(order)}
    return np.array([part[task.occupation] for task in tasks])


def linear(features: csr_matrix, tasks: Sequence[Rated]) -> dict[str, dict[str, Any]]:
    """Weights as int8 with a scale, for each of the three figures."""
    human, gpt4 = shares(tasks)
    exposed = LogisticRegression(C=3, max_iter=500, solver="liblinear").fit(features, human > 0)
    fitted = {"human_exposed": (exposed.coef_[0], float(exposed.intercept_[0]))}
    for name, share in (("human_share", human), ("gpt4_share", gpt4)):
        model = Ridge(alpha=1.0).fit(features, share)
        fitted[name] = (model.coef_, float(model.intercept_))
    quantised = {}
    for name, (weights, intercept) in fitted.items():
        scale = float(np.abs(weights).max() / 127)
        quantised[name] = {
            "scale": scale,
            "intercept": intercept,
            "weights": np.round(weights / scale).astype(np.int8),
        }
    return quantised


def predicted(fit: dict[str, Any], features: csr_matrix) -> np.ndarray:
    return np.asarray(fit["intercept"] + fit["scale"] * (features @ fit["weights"].astype(float)))


class Errors(NamedTuple):
    """What predictions of tasks whose occupation was not seen are like.

    `margins` are by how familiar the wording was. The logit of "exposed" is to be stretched by `slope` and moved by
    `offset` (Platt 1999): weights that saw few examples of a wording are too sure of it.
    """

    least: float
    bins: list[float]
    margins: list[float]
    slope: float
    offset: float


def cross_fitted_errors(features: csr_matrix, tasks: Sequence[Rated], seed: int = 1) -> Errors:
    human, gpt4 = shares(tasks)
    truth = (human + gpt4) / 2
    part = folds(tasks, seed, FOLDS)
    known, error, logit = np.zeros(len(tasks)), np.zeros(len(tasks)), np.zeros(len(tasks))
    for fold in range(FOLDS):
        seen, held = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
        fit = linear(features[seen], [tasks[int(place)] for place in seen])
        bits = bloom_filter(tasks[int(place)].text for place in seen)
        middle = sum(np.clip(predicted(fit[name], features[held]), 0, 1) for name in ("human_share", "gpt4_share")) / 2
        error[held] = np.abs(middle - truth[held])
        logit[held] = predicted(fit["human_exposed"], features[held])
        known[held] = [familiarity(tasks[int(place)].text, bits) for place in held]
    bins = [float(np.quantile(known, quantile)) for quantile in BINS]
    place = np.digitize(known, bins)
    margins = [float(np.quantile(error[place == each], COVERAGE)) for each in range(len(bins) + 1)]
    platt = LogisticRegression(C=1e6).fit(logit[:, None], human > 0)
    least = float(np.quantile(known, LEAST_QUANTILE))
    return Errors(least, bins, margins, float(platt.coef_[0, 0]), float(platt.intercept_[0]))


def archive(tasks: Sequence[Rated], applicability: str = "occupation,applicability\n") -> bytes:
    """The file that ships, fitted on these tasks."""
    features = matrix([task.text for task in tasks])
    fit = linear(features, tasks)
    errors = cross_fitted_errors(features, tasks)
    exposed = fit["human_exposed"]
    exposed["scale"] *= errors.slope
    exposed["intercept"] = errors.slope * exposed["intercept"] + errors.offset
    human, gpt4 = shares(tasks)
    meta = {
        "format": 1,
        "tasks": len(tasks),
        "linear": {name: {"scale": each["scale"], "intercept": each["intercept"]} for name, each in fit.items()},
        "least_familiarity": errors.least,
        "bins": errors.bins,
        "margins": errors.margins,
        "label_spread": float(np.std(human - gpt4)),
        "coverage": COVERAGE,
    }
    labels = io.StringIO()
    writer = csv.writer(labels, lineterminator="\n")
    writer.writerow(("task", "occupation", "human", "gpt4", "usage"))
    for task in sorted(tasks):
        usage = "" if task.usage is None else f"{task.usage:.4g}"
        writer.writerow((task.task, task.occupation, task.human, task.gpt4, usage))
    parts = {
        "meta.json": json.dumps(meta, indent=1).encode(),
        "labels.csv": labels.getvalue().encode(),
        "occupations.csv": applicability.encode(),
        "phrases.bloom": bloom_filter(task.text for task in tasks),
        **{f"{name}.i8": each["weights"].tobytes() for name, each in fit.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, content in parts.items():
            # A fixed date: the same data give the same file.
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def applicability_scores(folder: Path) -> str:
    with (folder / "soc_ai_applicability_scores.csv").open(newline="", encoding="utf-8") as file:
        rows = [f"{row['SOC Code']},{float(row['ai_applicability_score']):.4f}\n" for row in csv.DictReader(file)]
    return "occupation,applicability\n" + "".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=TARGET)
    options = parser.parse_args()
    content = archive(read(options.data), applicability_scores(options.data))
    options.output.write_bytes(content)
    model = PriorModel(content)
    print(f"{options.output}: {len(content):,} bytes, {len(model.labels):,} labels")
    print(f"no basis below a familiarity of {model.least_familiarity:.2f}")


if __name__ == "__main__":
    main()
