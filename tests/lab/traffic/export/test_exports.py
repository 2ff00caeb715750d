"""A playbook for other tools: what is written keeps to the formats, and says where each value comes from."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.lab.traffic.export.arazzo import arazzo_document
from crashworthy.lab.traffic.export.har import har_document
from crashworthy.lab.traffic.export.openapi_links import openapi_document
from crashworthy.lab.traffic.lessons.har import read_har
from crashworthy.lab.traffic.lessons.lessons import lessons_from
from crashworthy.lab.traffic.openapi import parse_openapi

TEXT = {"type": "string"}
LOGIN = Operation(method="POST", path="/login", body=Body(data_schema={"type": "object", "properties": {"user": TEXT}}))
ORDER = Operation(method="POST", path="/orders", body=Body(content_type="application/x-www-form-urlencoded"))
PAY = Operation(
    method="POST",
    path="/orders/{order_id}/pay",
    parameters=(
        Parameter(name="order_id", where=ParameterIn.PATH, data_schema={"type": "integer"}),
        Parameter(name="dry", where=ParameterIn.QUERY, data_schema=TEXT),
    ),
    body=Body(data_schema={"type": "object", "properties": {"handle": TEXT}}),
)
PHOTO = Operation(method="PUT", path="/photo", body=Body(content_type="multipart/form-data"))
CHAT = Operation(method="WEBSOCKET", path="/chat")
OPERATIONS = (LOGIN, ORDER, PAY, PHOTO, CHAT)

log_in = Step(
    operation=LOGIN.name,
    method="POST",
    path="/login",
    content_type="application/json",
    body={"user": "user${unique}1", "cost": "$${5}"},
    saves=(Save(name="token", path="/access"), Save(name="sid", where=ValueFrom.COOKIE, path="sid")),
)
show_token = (("Authorization", "Bearer ${token}"),)
order = Step(
    operation=ORDER.name,
    method="POST",
    path="/orders",
    headers=show_token,
    content_type="application/x-www-form-urlencoded",
    body={"size": "L", "tags": ["a", "b"]},
    saves=(Save(name="order_id", path="/id"), Save(name="handle", path="/handle")),
)
pay = Step(
    operation=PAY.name,
    method="POST",
    path="/orders/${order_id}/pay",
    query=(("dry", "${handle}"),),
    headers=(*show_token, ("X-Sid", "${sid}"), ("X-Key", "${recorded_1}")),
    content_type="application/json",
    body={"handle": "${handle}", "amount": 10},
)
photo = Step(
    operation=PHOTO.name,
    method="PUT",
    path="/photo",
    content_type="multipart/form-data",
    body={"image": {"filename": "a.png", "content_type": "image/png", "base64": "iVBORw=="}, "title": "A"},
)
PLAYBOOK = Playbook(
    ways=(
        Way(operation=LOGIN.name, status=200, steps=(log_in,)),
        Way(operation=ORDER.name, status=201, steps=(log_in, order)),
        Way(operation=PAY.name, status=200, steps=(log_in, order, pay)),
        Way(operation=PHOTO.name, actor="B", status=204, steps=(photo,)),
    )
)


def openapi() -> Any:
    return json.loads(json.dumps(openapi_document(PLAYBOOK, OPERATIONS, "http://127.0.0.1:8000", "shop")))


def test_openapi_links_lead_from_answers_to_inputs() -> None:
    document = openapi()
    assert "/chat" not in document["paths"]
    (link,) = document["paths"]["/orders"]["post"]["responses"]["201"]["links"].values()
    assert link == {
        "operationId": "post_orders_order_id_pay",
        "parameters": {"path.order_id": "$response.body#/id", "query.dry": "$response.body#/handle"},
        "requestBody": {"handle": "$response.body#/handle", "amount": 10},
    }
    ids = [each["operationId"] for item in document["paths"].values() for each in item.values()]
    assert len(set(ids)) == len(ids) == 4
    assert all(each["required"] for each in document["paths"]["/orders/{order_id}/pay"]["post"]["parameters"][:1])


def test_openapi_is_read_back_as_the_same_operations() -> None:
    api = parse_openapi(json.dumps(openapi()), "openapi.json")
    read = {operation.name: operation for operation in api.operations}
    assert read.keys() == {operation.name for operation in OPERATIONS} - {CHAT.name}
    assert [each.name for each in read[PAY.name].parameters] == ["order_id", "dry"]
    assert read[ORDER.name].body is not None
    assert read[ORDER.name].body.content_type == "application/x-www-form-urlencoded"


def test_arazzo_workflows_keep_to_the_format() -> None:
    document: Any = json.loads(json.dumps(arazzo_document(PLAYBOOK, OPERATIONS, "./openapi.json", "shop")))
    assert set(document) == {"arazzo", "info", "sourceDescriptions", "workflows"}
    assert re.fullmatch(r"1\.0\.\d+", document["arazzo"])
    assert document["info"].keys() >= {"title", "version"}
    (source,) = document["sourceDescriptions"]
    assert source == {"name": "service", "url": "./openapi.json", "type": "openapi"}
    ids = {each["operationId"] for item in openapi()["paths"].values() for each in item.values()}
    assert len({each["workflowId"] for each in document["workflows"]}) == 4
    for workflow in document["workflows"]:
        known = {f"$inputs.{name}" for name in workflow.get("inputs", {}).get("properties", {})}
        assert re.fullmatch(r"[A-Za-z0-9_-]+", workflow["workflowId"])
        for step in workflow["steps"]:
            assert re.fullmatch(r"[A-Za-z0-9_-]+", step["stepId"])
            assert step["operationId"] in ids
            assert all(set(each) == {"name", "in", "value"} for each in step.get("parameters", []))
            assert all(each["in"] in ("path", "query", "header") for each in step.get("parameters", []))
            assert all(set(each) == {"condition"} for each in step["successCriteria"])
            used = re.findall(r"\$(?:inputs|steps)(?:\.\w+)+", json.dumps(step))
            assert set(used) <= known, "a value is used before a step gives it"
            known |= {f"$steps.{step['stepId']}.outputs.{name}" for name in step.get("outputs", {})}


def test_arazzo_steps_name_the_answers_that_they_need() -> None:
    document: Any = arazzo_document(PLAYBOOK, OPERATIONS, "./openapi.json", "shop")
    paying = document["workflows"][2]
    last = paying["steps"][-1]
    assert paying["inputs"]["required"] == ["recorded_1", "sid"]
    assert {"name": "order_id", "in": "path", "value": "$steps.post_orders_2.outputs.order_id"} in last["parameters"]
    token = "Bearer {$steps.post_login_1.outputs.token}"
    assert {"name": "Authorization", "in": "header", "value": token} in last["parameters"]
    assert last["requestBody"]["payload"] == {"handle": "$steps.post_orders_2.outputs.handle", "amount": 10}
    assert last["successCriteria"] == [{"condition": "$statusCode == 200"}]
    assert paying["steps"][0]["requestBody"]["payload"] == {"user": "user{$inputs.unique}1", "cost": "${5}"}


def test_arazzo_has_no_document_without_a_way() -> None:
    with pytest.raises(ValueError, match="no operation was reached"):
        arazzo_document(Playbook(), OPERATIONS, "./openapi.json", "shop")


def test_an_archive_has_what_the_format_asks_for() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    document: Any = json.loads(json.dumps(har_document(PLAYBOOK, "http://127.0.0.1:8000", at)))
    log = document["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "crashworthy")
    pages = {page["id"] for page in log["pages"]}
    for entry in log["entries"]:
        assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
        assert entry["pageref"] in pages
        wanted = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
        assert entry["request"].keys() >= wanted
        wanted = {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"}
        assert entry["response"].keys() >= wanted
        assert entry["timings"].keys() >= {"send", "wait", "receive"}
        assert "params" not in entry["request"].get("postData", {}) or "text" not in entry["request"]["postData"]
    assert [entry["response"]["status"] for entry in log["entries"]] == [200, 0, 201, 0, 0, 200, 204]


def test_an_archive_teaches_what_the_playbook_knew() -> None:
    text = json.dumps(har_document(PLAYBOOK, "http://127.0.0.1:8000"))
    requests = read_har(text, "playbook.har")
    lessons = lessons_from(requests, OPERATIONS)
    assert lessons.flows == {
        (PAY.name, ("path", "order_id")): {(ORDER.name, "/id")},
        (PAY.name, ("query", "dry")): {(ORDER.name, "/handle")},
        (PAY.name, ("body", "handle")): {(ORDER.name, "/handle")},
    }
    assert lessons.examples[ORDER.name][0].body == {"size": "L", "tags": ["a", "b"]}
    assert lessons.credentials == ()
    image = requests[-1].body
    assert isinstance(image, dict)
    assert image["title"] == "A"
