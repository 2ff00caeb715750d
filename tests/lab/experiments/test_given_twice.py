"""One number for two tickets is proof where nothing can be read back; what two answers tell of a state is none."""

from __future__ import annotations

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, Trial
from crashworthy.core.scenario import Interleaving
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.identity import given_twice, identities
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from crashworthy.lab.experiments.concurrency.serializability import Variant
from crashworthy.lab.proof.confirm import confirm
from sick_services.histories import BUY, exchange, race_trial
from sick_services.service import Api, api, object_of, operation, step
from sick_services.stand import candidate_for, open_lab, service_file


def only(path: str) -> Api:
    name = object_of("name", kind="string")
    return api(operation("POST", path, name), ways=((step("POST", path, body={"name": "ada"}),),))


def judged(name: str, framework: str, path: str) -> tuple[Judgement, bool]:
    experiment = LostUpdate()
    with open_lab(service_file("lost_update", name), framework, only(path), seed=5) as lab:
        history = experiment.run(candidate_for(experiment, lab, f"POST {path}"), lab)
        judgement = experiment.judge(history)
        proven = judgement.status is Status.PROVEN
        return judgement, proven and confirm(experiment, history, judgement, lab) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "framework", "path", "what"),
    [("flask_ticket_sick", "flask", "/tickets", "number"), ("fastapi_queue_sick", "fastapi", "/queue", "number")],
)
def test_what_names_a_thing_may_not_be_given_twice(name: str, framework: str, path: str, what: str) -> None:
    judgement, confirmed = judged(name, framework, path)
    assert judgement.title == f"Concurrent POST {path} requests are given the same {what}"
    assert (judgement.severity, confirmed) == (Severity.MAJOR, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "framework", "path"),
    [
        ("flask_ticket_healthy_statement", "flask", "/tickets"),
        ("fastapi_queue_healthy_stale_count", "fastapi", "/queue"),
    ],
)
def test_a_correct_service_gives_none_twice(name: str, framework: str, path: str) -> None:
    assert judged(name, framework, path)[0].status is not Status.PROVEN


def answers(*bodies: Json) -> list[Exchange]:
    return [exchange(BUY, "attack", 201, body) for body in bodies]


SERIAL = [answers({"number": 1}, {"number": 2})] * 2


def test_equal_numbers_of_two_things_are_told() -> None:
    assert given_twice(SERIAL, answers({"number": 1}, {"number": 1})) == [("/number", 1)]
    assert given_twice(SERIAL, answers({"number": 2}, {"number": 1})) == []


def test_an_amount_may_be_the_same_for_both() -> None:
    for name in ("left", "position"):
        told = [answers({name: 9}, {name: 8})] * 2
        assert given_twice(told, answers({name: 8}, {name: 8})) == []


def test_what_serial_plays_share_names_something_else() -> None:
    event = [answers({"event_id": 1}, {"event_id": 1})] * 3
    assert given_twice(event, answers({"event_id": 1}, {"event_id": 1})) == []
    sometimes = [*SERIAL, answers({"number": 3}, {"number": 3})]
    assert given_twice(sometimes, answers({"number": 1}, {"number": 1})) == []


def test_one_serial_play_is_too_few() -> None:
    assert given_twice(SERIAL[:1], answers({"number": 1}, {"number": 1})) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"ticket": {"seatNumber": 4, "price": 4}}, {"/ticket/seatNumber": 4}),
        ({"code": "A1", "valid": True, "ref": None}, {"/code": "A1"}),
        ({"encoded": 3, "notes": "x", "balance": 3, "total_count": 2}, {}),
        ([{"number": 1}], {}),
    ],
)
def test_names_of_things_are_known_by_their_keys(body: Json, found: dict[str, Json]) -> None:
    assert dict(identities(answers(body)[0])) == found


@pytest.mark.parametrize(("status", "found"), [(201, [("/id", 1)]), (202, [])])
def test_equal_requests_may_share_work_that_is_under_way(status: int, found: list[tuple[str, Json]]) -> None:
    def played(purpose: str, ids: tuple[int, int], how: Interleaving = Interleaving.SERIAL) -> Trial:
        trial = race_trial(purpose, [status, status], 0, how=how)
        answers = [exchange(BUY, "attack", status, {"id": number}, id_=f"a{number}") for number in ids]
        return trial.model_copy(update={"exchanges": (*answers, trial.exchanges[-1])})

    together = played("concurrent", (1, 1), Interleaving.BARRIER)
    variant = Variant("twice", (played("control", (1, 2)), played("control", (1, 2)), together))
    assert variant.given_twice(together) == found
