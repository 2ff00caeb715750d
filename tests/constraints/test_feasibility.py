"""What cannot hold together is said, with how much is missing; what could hold is never called impossible."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.constraints.feasibility import (
    Check,
    Outcome,
    availability_in_series,
    dependency_time_ms,
    examine,
    requests_at_once,
    worst_time_ms,
)
from crashworthy.constraints.model import Constraints, Dependency, Objectives, Workload

POSITIVE = st.floats(min_value=0.01, max_value=1e5)
SHARES = st.floats(min_value=0.0, max_value=1.0)
DEPENDENCIES = st.builds(
    Dependency,
    name=st.sampled_from(["payments", "tax", "mail"]),
    latency_ms=st.none() | st.floats(min_value=0, max_value=1e4),
    jitter_ms=st.floats(min_value=0, max_value=1e3),
    availability=st.none() | SHARES,
    timeout_ms=st.none() | POSITIVE,
    retries=st.integers(min_value=0, max_value=5),
    calls=st.integers(min_value=1, max_value=5),
)
CONSTRAINTS = st.builds(
    Constraints,
    workload=st.builds(
        Workload,
        requests_per_s=st.none() | POSITIVE,
        peak_requests_per_s=st.none() | POSITIVE,
        concurrency=st.none() | st.integers(min_value=1, max_value=10_000),
    ),
    objectives=st.builds(Objectives, latency_ms=st.none() | POSITIVE, availability=st.none() | SHARES),
    dependencies=st.lists(DEPENDENCIES, max_size=4).map(tuple),
)


def check(constraints: Constraints, check_id: str) -> Check:
    return next(each for each in examine(constraints).checks if each.id == check_id)


def service(rate: float, latency_ms: float, workers: int, *dependencies: Dependency) -> Constraints:
    return Constraints(
        workload=Workload(requests_per_s=rate, concurrency=workers),
        objectives=Objectives(latency_ms=latency_ms),
        dependencies=dependencies,
    )


def test_littles_law_by_hand() -> None:
    assert requests_at_once(50, 420) == 21


def test_too_few_workers_are_told_with_how_many_are_missing() -> None:
    payments = Dependency(name="payments", latency_ms=300)
    answer = check(service(100, 500, 20, payments), "concurrency")
    assert answer.outcome is Outcome.IMPOSSIBLE
    assert "10 too few" in answer.says
    assert "31 workers are needed" in answer.says
    assert (answer.needed, answer.available) == (30, 20)


def test_workers_that_are_just_enough_are_not_enough() -> None:
    assert check(service(100, 200, 20), "concurrency").outcome is Outcome.IMPOSSIBLE


def test_what_dependencies_take_goes_before_what_the_objective_allows() -> None:
    quick = Dependency(name="cache", latency_ms=5)
    answer = check(service(100, 500, 20, quick), "concurrency")
    assert answer.outcome is Outcome.CONDITIONAL
    assert "the mean stays under 200 ms" in answer.says


def test_a_peak_is_checked_beside_the_mean() -> None:
    constraints = Constraints(
        workload=Workload(requests_per_s=10, peak_requests_per_s=100, concurrency=10),
        objectives=Objectives(latency_ms=200),
    )
    assert check(constraints, "concurrency").outcome is Outcome.HOLDS
    assert check(constraints, "concurrency-at-peak").outcome is Outcome.IMPOSSIBLE


def test_availability_in_series_is_a_product() -> None:
    constraints = Constraints(
        objectives=Objectives(availability=0.999),
        dependencies=(Dependency(name="a", availability=0.99), Dependency(name="b", availability=0.995)),
    )
    answer = check(constraints, "availability")
    assert answer.outcome is Outcome.IMPOSSIBLE
    assert answer.available == pytest.approx(0.98505)
    assert "1.395 points short" in answer.says
    assert "43.2 min are allowed" in answer.says


def test_retries_help_only_under_a_condition() -> None:
    constraints = Constraints(
        objectives=Objectives(availability=0.999),
        dependencies=(Dependency(name="a", availability=0.99, retries=1),),
    )
    assert check(constraints, "availability").outcome is Outcome.CONDITIONAL


def test_latencies_add_up_with_calls_and_jitter() -> None:
    constraints = Constraints(
        objectives=Objectives(latency_ms=300),
        dependencies=(
            Dependency(name="a", latency_ms=100, jitter_ms=20),
            Dependency(name="b", latency_ms=70, calls=3),
        ),
    )
    answer = check(constraints, "latency")
    assert answer.arithmetic == "(100 + 20) + 3 · 70 = 330 ms"
    assert "30 ms more than the 300 ms at p99 promised" in answer.says


def test_a_time_out_longer_than_the_promise_is_told_with_every_try() -> None:
    slow = Dependency(name="payments", timeout_ms=2000, retries=2, calls=2)
    answer = check(service(1, 1000, 100, slow), "worst-case-payments")
    assert answer.outcome is Outcome.IMPOSSIBLE
    assert answer.arithmetic == "2 calls · 3 tries · 2000 ms = 12000 ms"
    assert "11000 ms more than the 1000 ms promised" in answer.says


def test_no_time_out_gets_the_one_that_would_do() -> None:
    answer = check(service(1, 1000, 100, Dependency(name="payments", retries=1)), "worst-case-payments")
    assert answer.outcome is Outcome.CONDITIONAL
    assert "at most 500 ms for each of 2 tries" in answer.says


def test_nothing_stated_contradicts_nothing() -> None:
    result = examine(Constraints())
    assert result.feasible
    assert {each.outcome for each in result.checks} == {Outcome.UNSTATED}


@given(CONSTRAINTS)
def test_every_check_speaks_and_no_figure_is_broken(constraints: Constraints) -> None:
    for each in examine(constraints).checks:
        assert each.says
        assert "nan" not in each.arithmetic + each.says
        for figure in (each.needed, each.available):
            assert figure is None or math.isfinite(figure)


@given(CONSTRAINTS, st.integers(min_value=1, max_value=10_000))
def test_more_workers_never_make_it_impossible(constraints: Constraints, more: int) -> None:
    if constraints.workload.concurrency is None:
        return
    workload = constraints.workload.model_copy(update={"concurrency": constraints.workload.concurrency + more})
    if examine(constraints).feasible:
        assert examine(constraints.model_copy(update={"workload": workload})).feasible


@given(CONSTRAINTS, st.floats(min_value=1, max_value=100))
def test_a_laxer_latency_never_breaks_the_sum_or_the_worst_case(constraints: Constraints, factor: float) -> None:
    if constraints.objectives.latency_ms is None:
        return
    lax = constraints.objectives.model_copy(update={"latency_ms": constraints.objectives.latency_ms * factor})
    after = examine(constraints.model_copy(update={"objectives": lax})).checks
    before = examine(constraints).checks
    for old, new in zip(before, after, strict=True):
        if old.id == "latency" or old.id.startswith("worst-case"):
            assert new.outcome is not Outcome.IMPOSSIBLE or old.outcome is Outcome.IMPOSSIBLE


@given(st.lists(DEPENDENCIES, max_size=5))
def test_a_chain_is_never_better_than_its_weakest_link(dependencies: list[Dependency]) -> None:
    stated = [each.availability for each in dependencies if each.availability is not None]
    series = availability_in_series(dependencies)
    assert 0 <= series <= min(stated, default=1.0) + 1e-12
    assert series <= availability_in_series(dependencies, retries=True) + 1e-12


@given(st.lists(DEPENDENCIES, max_size=5))
def test_jitter_and_more_calls_only_add_time(dependencies: list[Dependency]) -> None:
    assert 0 <= dependency_time_ms(dependencies) <= dependency_time_ms(dependencies, jitter=True)


@given(DEPENDENCIES)
def test_each_retry_adds_one_time_out_for_every_call(dependency: Dependency) -> None:
    once_more = dependency.model_copy(update={"retries": dependency.retries + 1})
    worst, longer = worst_time_ms(dependency), worst_time_ms(once_more)
    if dependency.timeout_ms is None:
        assert worst is None
        assert longer is None
    else:
        assert worst is not None
        assert longer == pytest.approx(worst + dependency.calls * dependency.timeout_ms)
