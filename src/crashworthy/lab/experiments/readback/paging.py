"""Plays in which a list is read to its end page by page.

The setting `paging` of a scenario says how: `by` is "page", "offset" or "cursor", `index` and `size` are the names of
the query parameters, and `write_after` is the number of pages after which the attack's request is made, if at all: it
may name the first item of the first page as `${victim}`. The
observed step reads the list as a whole, before and after. Pages are exchanges of the part "probe": the first one by
the size alone, as the service itself begins, then page 0 and what follows, where pages are numbered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.trial import Recorder, Stage
from crashworthy.lab.traffic.names import word_set, words

PAGING = "paging"
VICTIM = "victim"
PER_PAGE = 2
MOST_PAGES = 12

_PAGE = word_set("page p pg pagenumber pageno pageindex")
_OFFSET = word_set("offset skip start")
_CURSOR = word_set("cursor after token pagetoken startingafter")
_SIZE = word_set("limit perpage pagesize size count take maxresult n pagelimit itemsperpage")
_LISTS = ("items", "data", "results", "entries", "records")
_IDS = ("id", "uuid", "_id", "pk")


@dataclass(frozen=True)
class Paging:
    """Names of the parameters by which a list is read page by page."""

    by: str
    index: str
    size: str

    def settings(self, write_after: int | None) -> Json:
        """As a setting of a scenario."""
        return {"by": self.by, "index": self.index, "size": self.size, "write_after": write_after}


def paging_of(operation: Operation) -> Paging | None:
    """How the operation's list is paged, by the names of its query parameters; None where it is not."""
    names = {
        parameter.name: "".join(words(parameter.name))
        for parameter in operation.parameters
        if parameter.where is ParameterIn.QUERY
    }
    size = next((name for name, joined in names.items() if joined in _SIZE), None)
    for by, known in (("page", _PAGE), ("offset", _OFFSET), ("cursor", _CURSOR)):
        index = next((name for name, joined in names.items() if joined in known), None)
        if index is not None and size is not None:
            return Paging(by, index, size)
    return None


def play(recorder: Recorder, scenario: Scenario, purpose: str) -> Trial:
    """Play `scenario` once. OutOfTimeError when the time is over before."""
    given = scenario.settings.get(PAGING)
    assert isinstance(given, dict)
    with recorder.copy(scenario, purpose) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        stage.exchanges += stage.player.play(scenario.observe, "observe", known.variables).exchanges
        if scenario.observe and stage.exchanges[-1].ok:
            _walk(stage, scenario, given, known.variables)
            stage.exchanges += stage.player.play(scenario.observe, "observe", known.variables).exchanges
        stage.collect()
    return recorder.keep(replace(stage, order=tuple(range(len(scenario.attack)))))


def _walk(stage: Stage, scenario: Scenario, given: dict[str, Json], variables: dict[str, Json]) -> None:
    index, size, by = (str(given.get(name)) for name in ("index", "size", "by"))

    def read(value: Json = None) -> Exchange:
        step = _asking(
            scenario.observe[0], {size: str(PER_PAGE), **({} if value is None else {index: str(value)})}, index
        )
        stage.exchanges += stage.player.play((step,), "probe", variables).exchanges
        return stage.exchanges[-1]

    page = first = read()
    if by == "page" and ids_of(read(0)) == ids_of(first) and ids_of(one := read(1)) != ids_of(first):
        page = one
    number, seen = 2, len(items_of(first))
    for count in range(1, MOST_PAGES + 1):
        if count == given.get("write_after"):
            shown: dict[str, Json] = {VICTIM: next(iter(ids_of(first)), "")}
            stage.exchanges += stage.player.play(scenario.attack, "attack", {**variables, **shown}).exchanges
        value = {"page": number, "offset": seen}.get(by, next_of(page))
        if value is None or not items_of(page):
            return
        page = read(value)
        number, seen = number + 1, seen + len(items_of(page))


def _asking(step: Step, query: dict[str, str], index: str) -> Step:
    """The reading of one page."""
    kept = [(name, value) for name, value in step.query if name not in query and name != index]
    return step.model_copy(update={"query": (*kept, *query.items())})


def items_of(exchange: Exchange) -> list[Json]:
    """The list in an answer: the answer itself, or the list in it that holds what was asked for."""
    if not exchange.ok or exchange.response is None:
        return []
    try:
        value: Json = json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return []
    return _list_in(value)


def ids_of(exchange: Exchange) -> list[str]:
    """What tells the items of an answer apart, in their order: an id, or all that they are."""
    return [_id_of(item) for item in items_of(exchange)]


def next_of(exchange: Exchange) -> Json:
    """The cursor that an answer names for the next page, None at the end."""
    try:
        value: Json = json.loads(exchange.response.body) if exchange.response else None
    except (ValueError, RecursionError):
        return None
    for name, found in _pairs(value):
        said = {*words(name)}
        if "next" in said and isinstance(found, str | int) and not isinstance(found, bool) and found:
            return found if "/" not in str(found) else None
    return None


def _pairs(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        yield from value.items()
        for each in value.values():
            if isinstance(each, dict):
                yield from each.items()


def _list_in(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    named = [value[name] for name in _LISTS if name in value]
    for each in (*named, *value.values()):
        if isinstance(each, list):
            return each
    inner = next((each for each in value.values() if isinstance(each, dict)), None)
    return _list_in(inner) if inner is not None else []


def _id_of(item: Json) -> str:
    if isinstance(item, dict):
        name = next((name for name in _IDS if isinstance(item.get(name), str | int)), None)
        if name is not None:
            return str(item[name])
    return json.dumps(item, sort_keys=True)
