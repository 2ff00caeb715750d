from __future__ import annotations

import base64
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.input.contract import allows
from crashworthy.lab.experiments.input.mutations import mutations

SCHEMA: dict[str, Json] = {
    "type": "object",
    "required": ["quantity"],
    "properties": {"quantity": {"type": "integer", "minimum": 1}, "note": {"type": "string"}},
}
OPERATION = Operation(
    method="POST",
    path="/items/{item_id}/reserve",
    parameters=(
        Parameter(name="item_id", where=ParameterIn.PATH, required=True, data_schema={"type": "integer"}),
        Parameter(name="limit", where=ParameterIn.QUERY, data_schema={"type": "integer"}),
    ),
    body=Body(data_schema=SCHEMA),
)
STEP = Step(
    operation=OPERATION.name,
    method="POST",
    path="/items/${item_id}/reserve",
    content_type="application/json",
    body={"quantity": 2, "item": "${item_id}"},
)
VARIABLES: dict[str, Json] = {"item_id": 7}


def test_each_input_is_changed_alone_the_plausible_ones_first() -> None:
    found = list(mutations(STEP, OPERATION))
    inputs = {mutation.input for mutation in found}
    assert inputs == {"path item_id", "query limit", "body.quantity", "body.note", "body.item", "body"}
    plausible = [mutation.plausible for mutation in found]
    assert plausible == sorted(plausible, reverse=True)
    zero = next(m for m in found if (m.input, m.what) == ("body.quantity", "0"))
    assert zero.step.body == {"quantity": 0, "item": "${item_id}"}


def test_literals_are_written_into_the_bytes_with_the_values_filled_in() -> None:
    infinite = next(m for m in mutations(STEP, OPERATION) if (m.input, m.what) == ("body.quantity", "1e400"))
    raw = infinite.rendered(VARIABLES).raw_body
    assert raw is not None
    assert base64.b64decode(raw) == b'{"quantity": 1e400, "item": 7}'


def test_every_step_can_be_saved_and_read_back() -> None:
    for mutation in mutations(STEP, OPERATION):
        step = mutation.rendered(VARIABLES)
        assert Step.model_validate_json(step.model_dump_json()) == step


def test_the_contract_tells_what_it_allows() -> None:
    verdicts = {
        (mutation.input, mutation.what): allows(OPERATION, mutation.step, VARIABLES)
        for mutation in mutations(STEP, OPERATION)
        if mutation.literal is None
    }
    assert verdicts["body.quantity", "0"] is False
    assert verdicts["body.quantity", "2**63"] is True
    assert verdicts["body.quantity", "missing"] is False
    assert verdicts["body.note", "blank"] is True
    assert verdicts["path item_id", "999999999"] is True
    assert verdicts["path item_id", "abc"] is False
    assert verdicts["query limit", "-1"] is True
    assert verdicts["query limit", "abc"] is False
    assert verdicts["body", "cut off"] is False


def test_other_texts_that_the_contract_allows_are_tried() -> None:
    currency: Json = {"type": "string", "pattern": "^[A-Z]{3}$"}
    size: Json = {"type": "string", "enum": ["S", "M", "L"]}
    schema: dict[str, Json] = {
        "type": "object",
        "required": ["currency", "size"],
        "properties": {"currency": currency, "size": size},
    }
    operation = OPERATION.model_copy(update={"body": Body(data_schema=schema)})
    step = STEP.model_copy(update={"body": {"currency": "USD", "size": "S"}})
    plausible = [each for each in mutations(step, operation) if each.plausible and isinstance(each.step.body, dict)]
    allowed = [each.step.body for each in plausible if allows(operation, each.step, VARIABLES)]
    bodies = [body for body in allowed if isinstance(body, dict)]
    assert [body["size"] for body in bodies if body["currency"] == "USD" and body["size"] != "S"] == ["M", "L"]
    (other,) = [body["currency"] for body in bodies if body["currency"] != "USD"]
    assert re.fullmatch("[A-Z]{3}", str(other))


def test_routes_in_the_source_are_no_contract() -> None:
    guessed = OPERATION.model_copy(update={"source": "routes"})
    assert allows(guessed, STEP, VARIABLES) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )
)
def test_any_body_can_be_changed(body: Json) -> None:
    step = STEP.model_copy(update={"body": json.loads(json.dumps(body).replace("${", ""))})
    for mutation in mutations(step, OPERATION):
        mutation.rendered(VARIABLES)


def test_texts_that_no_header_may_hold_are_sent_in_the_query_only() -> None:
    q, header = (Parameter(name=where.value, where=where) for where in (ParameterIn.QUERY, ParameterIn.HEADER))
    search = Operation(method="GET", path="/items", parameters=(q, header))
    step = Step(operation=search.name, method="GET", path="/items")
    changed = {(each.input, each.what) for each in mutations(step, search)}
    assert {("query query", "a NUL character"), ("query query", "60000 letters")} <= changed
    assert not {what for name, what in changed if name == "header header"} & {"a NUL character", "60000 letters"}
