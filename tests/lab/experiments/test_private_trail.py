"""What is taken for private, what a mark looks like, and which sightings are held against a service."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from crashworthy.core.finding import Status
from crashworthy.core.history import Exchange, History, Request, Response, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.exposure.judge_trail import MARKS, judge_trail
from crashworthy.lab.experiments.exposure.marks import Kind, Mark, card_number, marked, stands_in
from crashworthy.lab.experiments.exposure.sightings import CALLED, KEPT, PRINTED, PROMPTED, printed
from crashworthy.lab.service.rows import rows_below

CARD = Mark(Kind.CARD, "card_number", "4242421234567891")


def sent(path: str, body: Json) -> Step:
    return Step(operation=f"POST {path}", method="POST", path=path, body=body, content_type="application/json")


def kinds(path: str, body: Json) -> dict[str, Kind]:
    return {mark.name: mark.kind for mark in marked(sent(path, body), random.Random(1))[1]}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/payments", {"card_number": "42", "cvv": "123"}, {"card_number": Kind.CARD, "cvv": Kind.CODE}),
        ("/orders", {"card": {"number": "42", "cvc": "123"}}, {"number": Kind.CARD, "cvc": Kind.CODE}),
        ("/checkout", {"cardNumber": "42", "expMonth": 3}, {"cardNumber": Kind.CARD}),
        ("/wallet", {"credit_card_number": "42"}, {"credit_card_number": Kind.CARD}),
        ("/meters/1/topups", {"card_number": "42", "amount_cents": 9}, {"card_number": Kind.CARD}),
        ("/hooks", {"api_key": "k", "client_secret": "s"}, {"api_key": Kind.KEY, "client_secret": Kind.KEY}),
        ("/people", {"ssn": "1-2"}, {"ssn": Kind.IDENTITY}),
        # Other cards, a provider's token for a card, and what the service gave out itself.
        ("/members", {"card_number": "42", "expiry": "12/30"}, {}),
        ("/library/payments", {"card_number": "42", "expiry": "12/30"}, {}),
        ("/payments", {"gift_card_number": "42", "cvv": "123"}, {}),
        ("/members/1/fines", {"card_number": "42", "amount": 3}, {}),
        ("/payments", {"token": "tok_visa", "amount": 3}, {}),
        ("/files", {"access_token": "${token}", "cvv": "123"}, {}),
    ],
)
def test_what_is_private_is_told_by_names_and_neighbours(path: str, body: Json, expected: dict[str, Kind]) -> None:
    assert kinds(path, body) == expected


def test_a_marked_card_is_valid_and_written_like_the_good_one() -> None:
    number = card_number(random.Random(5))
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(number)]
    assert sum(each // 10 + each % 10 for each in doubled) % 10 == 0
    step, marks = marked(sent("/payments", {"card_number": "4242 4242 4242 4242", "cvv": 123}), random.Random(5))
    assert isinstance(step.body, dict)
    assert str(step.body["card_number"]).count(" ") == 3
    assert isinstance(step.body["cvv"], int)
    assert stands_in(marks[0], f"paid with {str(marks[0].value).replace(' ', '')}")


def test_a_security_code_counts_after_its_name_only() -> None:
    code = Mark(Kind.CODE, "cvv", "739")
    assert stands_in(code, '{"cvv": "739"}')
    assert stands_in(code, "card_code=739&x=1")
    assert not stands_in(code, "took 739 ms, cvv=***")
    assert not stands_in(code, "cvv: 7391")


def test_what_was_printed_at_the_start_is_for_whoever_started_it() -> None:
    before = f"your key: {CARD.value}\n"
    assert not list(printed(before + "ready\n", before, [CARD]))
    assert [event.kind for event in printed(before + f"paid with {CARD.value}\n", before, [CARD])] == [PRINTED]


def test_rows_are_what_the_database_answers(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE payments (card TEXT, amount INTEGER)")
        connection.execute("INSERT INTO payments VALUES (?, 5)", (CARD.value,))
        connection.execute("INSERT INTO payments VALUES (?, 7)", (f"{CARD.value}-kept",))
        connection.execute("UPDATE payments SET card = '7891' WHERE amount = 5")
    connection.close()
    (tmp_path / "notes.db").write_text("no database")
    rows = list(rows_below(tmp_path))
    assert [(row.database, row.table, row.values["card"]) for row in rows] == [
        ("shop.db", "payments", "7891"),
        ("shop.db", "payments", f"{CARD.value}-kept"),
    ]


def history(kind: str, mark: Mark, **data: Json) -> History:
    step = sent("/payments", {mark.name: mark.value})
    exchange = Exchange(
        id="1",
        part="attack",
        actor="A",
        operation=step.operation,
        request=Request(method="POST", url="http://127.0.0.1:1/payments", body=f'{{"card_number": "{mark.value}"}}'),
        response=Response(status=201),
        started=0.0,
        ended=0.1,
    )
    event = SensorEvent(
        at=0, kind=kind, data={"mark": mark.value, "what": mark.kind.value, "name": mark.name, "text": "", **data}
    )
    trial = Trial(
        id="attack-1", purpose="attack", scenario=Scenario(attack=(step,)), exchanges=(exchange,), events=(event,)
    )
    listed: list[Json] = [{"kind": mark.kind.value, "name": mark.name, "value": mark.value}]
    return History(
        id="h",
        experiment="private-trail",
        weakness="private-value-in-log",
        operations=(step.operation,),
        seed=1,
        trials=(trial,),
        settings={MARKS: listed},
    )


EMAIL = Mark(Kind.CONTACT, "email", "user10011@example.com")
SSN = Mark(Kind.IDENTITY, "ssn", "734301058")
KEY = Mark(Kind.KEY, "api_key", "p9CYCMiM2FTPdUKsb2CS3R5yWA63fhn8")


@pytest.mark.parametrize(
    ("kind", "mark", "data", "status", "severity"),
    [
        (PRINTED, CARD, {}, Status.PROVEN, Severity.MAJOR),
        (PRINTED, SSN, {}, Status.PROVEN, Severity.MINOR),
        (PRINTED, EMAIL, {}, Status.OBSERVED, Severity.MINOR),
        (KEPT, CARD, {"path": "logs/app.log"}, Status.PROVEN, Severity.MAJOR),
        (KEPT, CARD, {"path": "shop.db"}, Status.PROVEN, Severity.MAJOR),
        (KEPT, SSN, {"path": "shop.db"}, Status.OBSERVED, Severity.MINOR),
        (KEPT, EMAIL, {"path": "shop.db"}, Status.HELD, None),
        (PROMPTED, CARD, {"host": "api.openai.com"}, Status.PROVEN, Severity.MAJOR),
        (PROMPTED, CARD, {"host": "ollama"}, Status.OBSERVED, Severity.MINOR),
        (PROMPTED, EMAIL, {"host": "api.openai.com"}, Status.OBSERVED, Severity.MINOR),
        (CALLED, CARD, {"host": "api.payments.example", "method": "POST"}, Status.HELD, None),
        (CALLED, CARD, {"host": "hooks.slack.com.invalid", "method": "POST"}, Status.PROVEN, Severity.MAJOR),
        # A key of the chat's own is sent to the chat.
        (CALLED, KEY, {"host": "slack.com", "method": "POST"}, Status.HELD, None),
        (CALLED, CARD, {"host": "mail.example.com", "method": "MAIL"}, Status.PROVEN, Severity.MAJOR),
        (CALLED, KEY, {"host": "mail.example.com", "method": "MAIL"}, Status.HELD, None),
    ],
)
def test_who_needs_it_is_not_accused(
    kind: str, mark: Mark, data: dict[str, Json], status: Status, severity: Severity | None
) -> None:
    (judgement,) = judge_trail(history(kind, mark, **data))
    assert (judgement.status, judgement.severity) == (status, severity)
    assert status is Status.HELD or mark.value in judgement.seen
