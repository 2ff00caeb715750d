"""The judge of what is read back, over trials made by hand."""

from __future__ import annotations

import itertools
import json

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.readback import reading
from crashworthy.lab.experiments.readback.reading import judge_readings
from crashworthy.weaknesses.readback import ANSWER_OF_ANOTHER, STALE_ANSWER
from sick_services.histories import exchange

PUT = Step(operation="PUT /items/{item}", method="PUT", path="/items/1", body={"name": "new"})
READ = Step(operation="GET /items/{item}", method="GET", path="/items/1")
LIST = Step(operation="GET /items", method="GET", path="/items")
OLD, NEW = "old", "new"
NUMBERS = itertools.count()


def sent(step: Step, answer: Json, status: int = 200) -> Exchange:
    made = exchange(step, "attack", status, answer, id_="a")
    return made.model_copy(update={"request": made.request.model_copy(update={"body": json.dumps(step.body)})})


def read(step: Step, value: Json, cache_control: str = "") -> Exchange:
    made = exchange(step, "observe", 200, value, id_="o")
    assert made.response is not None
    headers = (("Cache-Control", cache_control),) if cache_control else ()
    return made.model_copy(update={"response": made.response.model_copy(update={"headers": headers})})


def trial(purpose: str, *exchanges: Exchange) -> Trial:
    attack = (PUT,) if any(each.part == "attack" for each in exchanges) else ()
    observe = tuple(READ for each in exchanges if each.part == "observe")
    scenario = Scenario(attack=attack, observe=observe)
    return Trial(id=f"{purpose}-{next(NUMBERS)}", purpose=purpose, scenario=scenario, exchanges=exchanges)


def judged(*trials: Trial, weakness: str = STALE_ANSWER.id) -> Judgement:
    history = History(
        id="h", experiment="read-back", weakness=weakness, operations=(PUT.operation,), seed=0, trials=trials
    )
    return judge_readings(history)[0]


def unstored(answer: Json, now: Json, *, status: int = 200, later: Json = OLD) -> Judgement:
    return judged(
        trial(reading.BEFORE, read(READ, {"name": OLD})),
        *(trial(reading.CHANGED, sent(PUT, answer, status), read(READ, {"name": now})) for _ in range(2)),
        trial(reading.LATER, sent(PUT, answer, status), read(READ, {"name": later})),
    )


def test_an_answer_that_says_what_is_not_stored_is_proven() -> None:
    judgement = unstored({"name": NEW}, OLD)
    assert (judgement.status, judgement.weakness) == (Status.PROVEN, "unstored-change")
    assert 'still "old"' in judgement.seen


def test_what_is_under_way_or_stored_later_or_not_claimed_is_no_lie() -> None:
    assert unstored({"name": NEW}, OLD, status=202).status is Status.HELD
    assert unstored({"name": NEW, "state": "draft"}, OLD).status is Status.HELD
    assert unstored({"name": NEW}, OLD, later=NEW).status is Status.HELD
    assert unstored({"name": OLD}, OLD).status is Status.HELD
    assert unstored({"ok": True}, OLD).status is Status.HELD


def stale(then: Json, later: Json, *, step: Step = READ, cache_control: str = "") -> Judgement:
    def play(purpose: str, value: Json, header: str = "") -> Trial:
        return trial(purpose, sent(PUT, {"ok": True}), read(step, {"name": value}, header))

    return judged(
        trial(reading.BEFORE, read(step, {"name": OLD})),
        play(reading.CHANGED, NEW),
        play(reading.CHANGED, NEW),
        play(reading.READ_BEFORE, then, cache_control),
        play(reading.READ_BEFORE_LATE, later, cache_control),
    )


def test_an_object_that_is_served_as_it_was_is_proven() -> None:
    judgement = stale(OLD, OLD)
    assert (judgement.status, judgement.weakness) == (Status.PROVEN, "stale-answer")


def test_what_may_be_kept_and_what_is_soon_fresh_is_not_stale() -> None:
    assert stale(OLD, OLD, cache_control="private, max-age=60").status is Status.HELD
    assert stale(OLD, NEW).status is Status.HELD
    assert stale(NEW, NEW).status is Status.HELD


def test_a_list_may_be_kept_for_a_while() -> None:
    assert stale(OLD, OLD, step=LIST).status is Status.SUSPECTED


def of_two(after: Json) -> Judgement:
    def second(purpose: str, value: Json, *first: Exchange) -> Trial:
        return trial(purpose, *first, read(READ, {"name": value}).model_copy(update={"actor": "B"}))

    return judged(
        second(reading.OWN, "b"),
        second(reading.OWN, "b"),
        second(reading.AFTER_ANOTHER, after, exchange(READ, "attack", 200, {"name": "a"}, id_="a")),
        weakness=ANSWER_OF_ANOTHER.id,
    )


def test_the_answer_of_another_is_proven() -> None:
    judgement = of_two("a")
    assert judgement.status is Status.PROVEN
    assert judgement.operations == (READ.operation,)
    assert of_two("b").status is Status.HELD
    # Something else than the other's answer: a counter, perhaps.
    assert of_two("c").status is Status.HELD


def test_the_object_of_a_path_is_what_a_parameter_names() -> None:
    assert reading.paths_of_object("/shops/{shop}/orders/{order}/refund") == [
        "/shops/{shop}",
        "/shops/{shop}/orders/{order}",
    ]
    assert reading.paths_of_object("/orders") == []
