"""How often a weakness is found where it is: every figure has an origin, and less time is never worth more."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles.detection import (
    USUAL_BUDGET_S,
    Detection,
    Measured,
    Origin,
    detection_of,
    share_of_budget,
    shares,
)
from crashworthy.roles.evidence import weaknesses_of
from crashworthy.weaknesses.catalogue import CATALOGUE

MEASURED = [each for weakness in CATALOGUE for each in detection_of(weakness).measured]


def measured(found: int, of: int, origin: Origin) -> Detection:
    return Detection(
        (Measured(weakness="w", found=found, of=of, origin=origin, on="x", command="y", date=date(2026, 11, 20)),)
    )


def test_what_nobody_measured_is_found_always_or_never() -> None:
    assert Detection().mean == 0.5
    assert detection_of("no-such-weakness") == Detection()


def test_the_shipped_figures_open_their_origin() -> None:
    assert MEASURED
    for each in MEASURED:
        assert each.found <= each.of
        assert each.command.startswith("benchmarks/")
        assert f"{each.found} of {each.of}" in str(each)
        assert str(each.date) in str(each)


def test_no_weakness_counts_for_sure_by_services_that_were_made_for_it() -> None:
    alone = [
        weakness
        for weakness in CATALOGUE
        if (known := detection_of(weakness).measured) and all(each.origin is Origin.MADE for each in known)
    ]
    assert alone
    assert max(detection_of(weakness).mean for weakness in alone) < 0.8


@pytest.mark.parametrize(("nearer", "farther"), [(Origin.EXAMPLE, Origin.APART), (Origin.MADE, Origin.EXAMPLE)])
def test_the_nearer_services_are_to_the_tool_the_less_they_say(nearer: Origin, farther: Origin) -> None:
    assert measured(9, 10, nearer).mean < measured(9, 10, farther).mean
    assert measured(9, 10, nearer).logit.deviation > measured(9, 10, farther).logit.deviation


@given(st.floats(0, 10_000), st.floats(0, 10_000))
def test_less_time_is_never_worth_more(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0 <= share_of_budget(less) <= share_of_budget(more) <= 1


def test_more_time_than_was_measured_earns_no_credit() -> None:
    assert share_of_budget(USUAL_BUDGET_S) == 1 == share_of_budget(10 * USUAL_BUDGET_S)
    assert share_of_budget(0) == 0


def test_what_goes_wrong_is_shared_among_a_tasks_weaknesses_as_among_listed_defects() -> None:
    for task in ("endpoint-implementation", "database-queries", "third-party-integration", "security-implementation"):
        worth = shares(weaknesses_of(task))
        assert sum(worth.values()) == pytest.approx(1)
        assert min(worth.values()) > 0, "a kind that no list has may still go wrong"
    worth = shares(weaknesses_of("endpoint-implementation"))
    assert worth["crash-on-input"] > worth["crash-under-concurrency"] > worth["object-of-another"]
    assert shares(()) == {}
