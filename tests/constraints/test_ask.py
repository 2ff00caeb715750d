"""Answers become crashworthy.toml; what is no valid answer is asked for again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.constraints.ask import ask_constraints, to_toml
from crashworthy.constraints.load import parse_constraints
from crashworthy.constraints.model import Constraints

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)
PLAIN = st.integers(min_value=-(2**53), max_value=2**53) | st.booleans() | TEXTS
KEYS = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)


class Person:
    """Gives prepared answers, then leaves everything out."""

    def __init__(self, *answers: str) -> None:
        self._answers: Iterator[str] = iter(answers)
        self.refusals: list[str] = []

    def ask(self, _question: str) -> str:
        return next(self._answers, "")


def asked(*answers: str) -> tuple[Constraints, list[str]]:
    person = Person(*answers)
    return ask_constraints(person.ask, person.refusals.append), person.refusals


def test_nothing_answered_states_nothing() -> None:
    assert asked() == (Constraints(), [])


def test_answers_reach_their_keys() -> None:
    constraints, refusals = asked(
        "50", "", "16", "300", "0.999", "payments", "120", "40", "", "2000", "2", "", "POST /orders"
    )
    assert refusals == []
    assert (constraints.workload.requests_per_s, constraints.workload.concurrency) == (50, 16)
    assert constraints.objectives.availability == 0.999
    (payments,) = constraints.dependencies
    assert (payments.name, payments.latency_ms, payments.timeout_ms, payments.retries) == ("payments", 120, 2000, 2)
    assert constraints.idempotent == ("POST /orders",)


@pytest.mark.parametrize(
    ("wrong", "why"), [("many", "'many' is not a number"), ("-3", "greater than 0"), ("nan", "not a number")]
)
def test_a_wrong_answer_is_refused_with_the_reason_and_asked_again(wrong: str, why: str) -> None:
    constraints, (refusal,) = asked(wrong, "50")
    assert why in refusal
    assert constraints.workload.requests_per_s == 50


def test_an_operation_needs_its_method() -> None:
    constraints, (refusal,) = asked("", "", "", "", "", "", "/orders", "POST /orders")
    assert "idempotent" in refusal
    assert constraints.idempotent == ("POST /orders",)


def test_what_is_written_is_read_back() -> None:
    constraints, _ = asked("50", "120", "16", "300.5", "0.999", 'the "bank"', "120")
    assert parse_constraints(to_toml(constraints.model_dump(mode="json", exclude_defaults=True))) == constraints


@given(st.dictionaries(KEYS, PLAIN | st.dictionaries(KEYS, PLAIN, min_size=1), max_size=5))
def test_any_document_is_toml(document: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(document)) == document
