"""The judge of lists that are read page by page, over walks made by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.readback.pages import REMOVED, STILL, WRITTEN, judge_pages
from crashworthy.lab.experiments.readback.paging import PAGING, Paging, ids_of, items_of, next_of, paging_of
from sick_services.histories import exchange

READ = Step(operation="GET /notes", method="GET", path="/notes")


def answer(part: str, ids: Sequence[int], query: str = "") -> Exchange:
    step = READ.model_copy(update={"path": f"/notes?{query}"})
    return exchange(step, part, 200, {"items": [{"id": each} for each in ids]})


def walk(
    *pages: tuple[str, Sequence[int]],
    whole: Sequence[int] = (1, 2, 3, 4, 5),
    after: Sequence[int] | None = None,
    purpose: str = STILL,
    by: str = "page",
) -> Trial:
    read = [answer("probe", ids, f"limit=2&{query}") for query, ids in pages]
    exchanges = (answer("observe", whole), *read, answer("observe", whole if after is None else after))
    settings: dict[str, Json] = {PAGING: Paging(by, "page", "limit").settings(None)}
    scenario = Scenario(observe=(READ,), settings=settings)
    return Trial(id=purpose, purpose=purpose, scenario=scenario, exchanges=exchanges)


def judged(*trials: Trial) -> Judgement:
    history = History(
        id="h", experiment="page-by-page", weakness="lost-on-pages", operations=("GET /notes",), seed=0, trials=trials
    )
    return judge_pages(history)


FROM_ONE = (("", (1, 2)), ("page=0", (1, 2)), ("page=1", (1, 2)))
FROM_NOUGHT = (("", (1, 2)), ("page=0", (1, 2)), ("page=1", (3, 4)))


@pytest.mark.parametrize("first", [FROM_ONE, FROM_NOUGHT])
def test_every_item_on_one_page_is_as_it_should_be(first: tuple[tuple[str, Sequence[int]], ...]) -> None:
    rest = (("page=2", (3, 4)), ("page=3", (5,))) if first is FROM_ONE else (("page=2", (5,)),)
    assert judged(walk(*first, *rest, ("page=4", ()))).status is Status.HELD


def test_an_item_on_no_page_is_proven() -> None:
    judgement = judged(walk(*FROM_ONE, ("page=2", (3, 4)), ("page=3", ())))
    assert judgement.status is Status.PROVEN
    assert judgement.seen.startswith("5 is on no page")


def test_what_only_page_0_shows_is_missing_where_the_service_begins_with_page_1() -> None:
    trial = walk(
        ("", (3, 4)), ("page=0", (1, 2)), ("page=1", (3, 4)), ("page=2", (5,)), ("page=3", ()), whole=(3, 4, 5)
    )
    assert judged(trial).seen.startswith("1, 2 is on no page")


def test_an_item_on_two_pages_is_proven_while_nobody_writes_and_told_otherwise() -> None:
    pages = (*FROM_ONE, ("page=2", (2, 3)), ("page=3", (4, 5)), ("page=4", ()))
    assert judged(walk(*pages)).status is Status.PROVEN
    fine = walk(*FROM_ONE, ("page=2", (3, 4)), ("page=3", (5,)), ("page=4", ()))
    written = walk(*pages, purpose=WRITTEN, after=(1, 2, 3, 4, 5, 6))
    assert judged(fine, written).status is Status.SUSPECTED


@pytest.mark.parametrize(
    "trial",
    [
        # The parameters do nothing.
        walk(("", (1, 2, 3, 4, 5)), ("page=0", (1, 2, 3, 4, 5)), ("page=1", (1, 2, 3, 4, 5)), ("page=2", (1, 2, 3))),
        # Something else writes.
        walk(*FROM_ONE, ("page=2", (2, 3)), ("page=3", (4,)), ("page=4", ()), after=(1, 2, 3, 4, 5, 6)),
        # Two items cannot be told apart.
        walk(*FROM_ONE, ("page=2", (1, 2)), ("page=3", (3,)), ("page=4", ()), whole=(1, 1, 2, 3)),
        # The end was not reached.
        walk(*FROM_ONE, *((f"page={n}", (n, n)) for n in range(2, 14)), whole=(1, 2, 99)),
    ],
)
def test_what_is_no_reading_to_the_end_is_held_against_nobody(trial: Trial) -> None:
    assert judged(trial).status is Status.HELD


def test_parameters_of_pages_are_told_by_their_names() -> None:
    def listing(*names: str) -> Operation:
        parameters = tuple(Parameter(name=name, where=ParameterIn.QUERY) for name in names)
        return Operation(method="GET", path="/notes", parameters=parameters)

    assert paging_of(listing("q", "page", "perPage")) == Paging("page", "page", "perPage")
    assert paging_of(listing("skip", "limit")) == Paging("offset", "skip", "limit")
    assert paging_of(listing("starting_after", "limit")) == Paging("cursor", "starting_after", "limit")
    assert paging_of(listing("limit")) is None
    assert paging_of(listing("page")) is None


def test_items_and_cursors_are_found_in_an_answer() -> None:
    found = exchange(READ, "probe", 200, {"meta": {"next_cursor": "abc"}, "results": [{"uuid": "u1"}, {"text": "x"}]})
    assert ids_of(found) == ["u1", json.dumps({"text": "x"})]
    assert next_of(found) == "abc"
    assert next_of(exchange(READ, "probe", 200, {"next": "http://service/notes?page=2", "items": []})) is None
    assert items_of(exchange(READ, "probe", 404, {"items": [1]})) == []


BY_CURSOR = (("", (1, 2)), ("page=2", (3, 4)), ("page=4", (5,)))


@pytest.mark.parametrize(("by", "status"), [("cursor", Status.PROVEN), ("offset", Status.SUSPECTED)])
def test_what_a_deletion_hides_is_held_against_who_hands_out_cursors(by: str, status: Status) -> None:
    shifted = walk(("", (1, 2)), ("page=2", (4, 5)), after=(2, 3, 4, 5), purpose=REMOVED, by=by)
    judgement = judged(walk(*BY_CURSOR, by=by), shifted)
    assert judgement.status is status
    assert "3 is on no page" in judgement.seen


@pytest.mark.parametrize("by", ["cursor", "offset"])
def test_what_was_deleted_is_not_missing(by: str) -> None:
    still, kept = walk(*BY_CURSOR, by=by), walk(*BY_CURSOR, after=(2, 3, 4, 5), purpose=REMOVED, by=by)
    assert judged(still, kept).status is Status.HELD


def test_a_list_that_keeps_what_is_deleted_says_nothing() -> None:
    shifted = walk(("", (1, 2)), ("page=2", (4, 5)), purpose=REMOVED, by="cursor")
    assert judged(walk(*BY_CURSOR, by="cursor"), shifted).status is Status.HELD
