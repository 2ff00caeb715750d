"""The brief names what will be checked, by the ids that check it."""

from __future__ import annotations

from datetime import date

import pytest
from syrupy.assertion import SnapshotAssertion

from crashworthy.constraints.brief import acceptance_criteria, to_markdown
from crashworthy.constraints.feasibility import examine
from crashworthy.constraints.model import Acceptance, Constraints, Dependency, Objectives, Workload
from crashworthy.weaknesses.catalogue import CATALOGUE

SHOP = Constraints(
    workload=Workload(requests_per_s=40, peak_requests_per_s=120, concurrency=16),
    objectives=Objectives(latency_ms=300, availability=0.999),
    idempotent=("POST /orders",),
    dependencies=(
        Dependency(
            name="payments", latency_ms=120, jitter_ms=40, availability=0.995, timeout_ms=2000, retries=2, calls=1
        ),
        Dependency(name="tax", latency_ms=30, availability=0.9999, calls=2),
    ),
    accept=(Acceptance(weakness="crash-on-input", reason="internal page", until=date(2030, 3, 31)),),
)


def brief(constraints: Constraints) -> str:
    return to_markdown(constraints, examine(constraints), acceptance_criteria(constraints))


def test_the_whole_brief(snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    # The catalogue as the picture was taken: every weakness that is added adds a criterion.
    known = ("lost-update", "held-by-slow-dependency", "crash-on-input", "wedged-by-one-request")
    monkeypatch.setattr("crashworthy.constraints.brief.CATALOGUE", {each: CATALOGUE[each] for each in known})
    assert brief(SHOP) == snapshot


def test_every_weakness_is_told_beforehand() -> None:
    for constraints in (Constraints(), SHOP):
        spoken = {weakness for each in acceptance_criteria(constraints) for weakness in each.weaknesses}
        assert spoken == set(CATALOGUE)


def test_each_weakness_comes_with_how_it_is_kept_out() -> None:
    text = brief(Constraints())
    assert all(weakness.mend_in_short in text for weakness in CATALOGUE.values())


def test_what_cannot_hold_stands_before_what_is_to_be_written() -> None:
    text = brief(SHOP)
    assert text.index("Not ready to be written") < text.index("Acceptance criteria")
    assert "Not ready" not in brief(Constraints())


def test_a_criterion_without_an_experiment_says_so() -> None:
    text = brief(Constraints(objectives=Objectives(availability=0.999)))
    assert "a reviewer; crashworthy has no experiment for it" in text
