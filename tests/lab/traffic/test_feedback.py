"""What refusals teach."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from crashworthy.core.history import Exchange, Request, Response
from crashworthy.lab.traffic.facts import Slot
from crashworthy.lab.traffic.feedback import Feedback, read_feedback
from crashworthy.lab.traffic.hints import read_hints


def feedback(body: object, *fields: str, sent: dict[str, Any] | None = None, given: tuple[str, ...] = ()) -> Feedback:
    text = body if isinstance(body, str) else json.dumps(body)
    exchange = Exchange(
        id="1",
        part="probe",
        actor="A",
        operation="POST /x",
        request=Request(method="POST", url="http://h/x", body=json.dumps(sent or {})),
        response=Response(status=400, body=text),
        started=0,
        ended=0,
    )
    slots = [Slot(("body", field), {}, required=False) for field in fields]
    return read_feedback(exchange, slots, [("body", name) for name in given])


@pytest.mark.parametrize(
    ("message", "wish"),
    [
        ("kind must be one of: card, bank or cash.", {"enum": ["card", "bank", "cash"]}),
        ("'kind' must be in ('a', 'b')", {"enum": ["a", "b"]}),
        ("kind must be 3 to 20 capital letters or digits", {"pattern": "^[A-Z0-9]+$", "minLength": 3, "maxLength": 20}),
        ("kind must be at least 8 characters", {"minLength": 8}),
        ("kind must be a text of 3 to 40 characters", {"type": "string", "minLength": 3, "maxLength": 40}),
        ("kind must be between 1 and 100", {"minimum": 1, "maximum": 100}),
        ("kind must be a positive integer", {"type": "integer", "exclusiveMinimum": 0}),
        ("kind must be a date (YYYY-MM-DD)", {"type": "string", "format": "strftime:%Y-%m-%d"}),
        ("kind is not a valid email address", {"type": "string", "format": "email"}),
        ("kind must be exactly 4 digits", {"pattern": "^[0-9]+$", "minLength": 4, "maxLength": 4}),
        ("kind must not exceed 50", {"maximum": 50}),
        ("kind: Incorrect type. Expected pk value, received dict.", {"type": "integer"}),
    ],
)
def test_messages_become_schemas(message: str, wish: dict[str, Any]) -> None:
    assert feedback({"error": message}, "kind", given=("kind",)).patches == {("body", "kind"): wish}


@pytest.mark.parametrize(
    "body",
    [
        {"detail": [{"loc": ["body", "code"], "msg": "Field required", "type": "missing"}]},
        {"code": ["This field is required."]},
        {"errors": {"json": {"code": ["Missing data for required field."]}}},
        {"errors": [{"field": "code", "message": "must be provided"}]},
        {"error": "code is required"},
        {"message": "'code' is a required property"},
        "missing required field: code",
        "<html><title>400</title><p>code is required</p></html>",
    ],
)
def test_missing_fields_are_found_in_many_forms(body: object) -> None:
    assert ("body", "code") in feedback(body).patches


def test_a_list_without_quotes_is_a_choice() -> None:
    assert feedback("size must be S, M or L", "size", given=("size",)).patches == {
        ("body", "size"): {"enum": ["S", "M", "L"]}
    }
    kind = feedback("paid must be true or false", "paid", given=("paid",)).patches
    assert kind == {("body", "paid"): {"type": "boolean"}}


def test_what_is_called_missing_though_it_was_sent_is_of_another_type() -> None:
    number = feedback("kwh is required", "kwh", given=("kwh",), sent={"kwh": 4}).patches[("body", "kwh")]
    assert number == {"type": "string", "pattern": "^[1-9][0-9]?$"}
    text = feedback("kwh is required", "kwh", given=("kwh",), sent={"kwh": "x"}).patches[("body", "kwh")]
    assert text == {"type": "integer"}


def test_what_is_said_of_an_element_is_no_field_of_the_whole() -> None:
    wrong = {"lines": {"0": {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}}}
    assert feedback(wrong, "lines", given=("lines",)).patches == {
        ("body", "lines"): {"type": "array", "items": {"type": "object"}}
    }
    missing = {"lines": {"0": {"description": ["This field is required."], "quantity": ["This field is required."]}}}
    assert set(feedback(missing, "lines", given=("lines",)).patches) == {
        ("body", "lines", "description"),
        ("body", "lines", "quantity"),
    }


def test_pydantic_limits_come_with_their_context() -> None:
    body = {
        "detail": [
            {"loc": ["body", "n"], "msg": "Input should be greater than 3", "type": "greater_than", "ctx": {"gt": 3}}
        ]
    }
    assert feedback(body, "n", given=("n",)).patches == {("body", "n"): {"exclusiveMinimum": 3}}


def test_what_nothing_declares_and_was_given_is_corrected_as_well() -> None:
    said = feedback(
        {"errors": {"nightly": ["Not a valid number."], "name": ["Not a valid string."]}}, given=("nightly",)
    )
    assert said.patches == {("body", "nightly"): {"type": "number"}}


def test_unknown_fields_go_and_one_of_two_stays() -> None:
    extra = {"detail": [{"loc": ["body", "b"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]}
    assert feedback(extra, "a", "b", given=("a", "b")).patches == {("body", "b"): None}
    either = "give exactly one of percent and amount"
    assert feedback(either, "percent", "amount").patches == {("body", "percent"): {}, ("body", "amount"): None}


def test_state_and_taken_and_values_said_back() -> None:
    assert feedback({"error": "Insufficient funds"}).increase
    assert feedback({"error": "email already registered"}, "email").taken
    assert feedback({"error": "bob77 not found"}, "user", sent={"user": "bob77"}).mentioned == {("body", "user")}


@pytest.mark.parametrize("text", ["one of " + "a/" * 9000, "in " + "a ," * 9000, "<script" * 9000, "[" * 100_000])
def test_hostile_messages_are_read_in_no_time(text: str) -> None:
    started = time.process_time()
    feedback(text, "a", "b", given=("a",))
    assert time.process_time() - started < 2


def test_hints_from_the_source(tree_of) -> None:
    source = """
KINDS = ("card", "bank")
promos = {"SPRING": {"value": 3}}
def handler(data, request):
    if data.get("kind") not in KINDS: raise ValueError
    if data["size"] == "xl": pass
    request.headers.get("X-Api-Key"); request.META["HTTP_X_ADMIN_TOKEN"]
    User(username="root", password=hash_password("toor"))
"""
    hints = read_hints(tree_of(source))
    assert hints.values["kind"] == ("card", "bank")
    assert hints.values["size"] == ("xl",)
    assert hints.headers == ("X-Api-Key", "X-Admin-Token")
    assert hints.logins == (("root", "toor"),)
    assert hints.existing("code", ("promo",)) == ("SPRING",)
