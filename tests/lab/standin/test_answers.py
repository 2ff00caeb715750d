from __future__ import annotations

import pytest

from crashworthy.core.location import Location
from crashworthy.core.value import Json
from crashworthy.lab.standin.answers import Answers, Question
from crashworthy.lab.standin.names import Dependency, dependency
from crashworthy.source.tree import OutboundSite

PAYMENTS = dependency("api.pay.example.com", 443)


def site(answer: Json, url: str | None = None, variable: str | None = None) -> OutboundSite:
    return OutboundSite("requests", Location(file="a.py", line=1), url, variable, "none", answer)


def question(
    target: str = "/v1/charges",
    body: Json = None,
    meant: Dependency | None = PAYMENTS,
    method: str = "POST",
    key: str | None = None,
) -> Question:
    return Question(meant, method, target, body, key)


def test_the_answer_has_the_shape_that_the_source_reads_and_says_again_what_the_request_said() -> None:
    answers = Answers(
        [site({"charge": {"id": "ch_1", "amount": 1, "currency": "usd"}}, "https://api.pay.example.com/v1/charges")]
    )
    answer = answers.answer(question(body={"amount": 12.5, "currency": "EUR"}))
    assert isinstance(answer, dict)
    charge = answer["charge"]
    assert isinstance(charge, dict)
    assert (charge["amount"], charge["currency"]) == (12.5, "EUR")
    assert str(charge["id"]).startswith("ch_")
    assert charge["id"] != "ch_1"


def test_the_path_chooses_between_two_calls_to_one_host() -> None:
    host = "https://api.pay.example.com"
    answers = Answers([site({"charged": 1}, f"{host}/v1/charges"), site({"refunded": 1}, f"{host}/v1/refunds")])
    assert answers.answer(question("/v1/refunds")) == {"refunded": 1}


def test_a_variable_joins_a_call_with_its_dependency() -> None:
    meant = Dependency("TAX_URL", variable="TAX_URL")
    answers = Answers([site({"rate": 0.2}, None, "TAX_URL"), site({"paid": True}, None, "PAYMENT_URL")])
    assert answers.answer(question("/", meant=meant)) == {"rate": 0.2}


def test_open_keys_take_the_words_of_the_request_and_the_common_currencies() -> None:
    answers = Answers([site({"rates": {"*": 1.5}}, "https://api.pay.example.com/latest")])
    answer = answers.answer(question("/latest?from=XAU&symbols=XYZ,EUR", method="GET"))
    assert isinstance(answer, dict)
    rates = answer["rates"]
    assert isinstance(rates, dict)
    assert {"XAU", "XYZ", "EUR", "USD"} <= rates.keys()
    assert set(rates.values()) == {1.5}


def test_a_request_cannot_decide_the_outcome() -> None:
    answers = Answers([site({"status": "succeeded"}, "https://api.pay.example.com/v1")])
    assert answers.answer(question("/v1", {"status": "pending"})) == {"status": "succeeded"}


def test_values_are_said_again_in_the_type_that_the_source_reads() -> None:
    answers = Answers([site({"amount": 1, "note": "", "flag": True}, "https://api.pay.example.com/v1")])
    said = {"amount": "12", "note": 5, "flag": "no"}
    assert answers.answer(question("/v1", said)) == {"amount": 12, "note": "5", "flag": True}


def test_ids_are_new_each_time_and_the_same_after_forgetting() -> None:
    answers = Answers(seed=3)
    first, second = answers.answer(question()), answers.answer(question())
    assert first != second
    answers.forget()
    assert answers.answer(question()) == first
    assert Answers(seed=4).answer(question()) != first


def test_a_repeated_idempotency_key_gets_the_same_answer() -> None:
    answers = Answers()
    assert answers.answer(question(key="k")) == answers.answer(question(key="k"))


def test_reading_a_thing_by_its_id_gives_that_id() -> None:
    answer = Answers().answer(question("/v1/charges/ch_42", method="GET"))
    assert isinstance(answer, dict)
    assert answer["id"] == "ch_42"


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("/v1/chat/completions", "choices"),
        ("/v1/messages", "content"),
        ("/v1/payment_intents/pi_9/confirm", "client_secret"),
        ("/2010-04-01/Accounts/AC1/Messages.json", "sid"),
        ("/oauth/token", "access_token"),
        ("/v1/whatever", "success"),
    ],
)
def test_paths_of_public_apis_get_their_answers(target: str, key: str) -> None:
    answer = Answers().answer(question(target, {"model": "m"}))
    assert isinstance(answer, dict)
    assert key in answer
