"""An OpenAPI 3.1 document whose links say which answer feeds which request (OAS 3.1.0, section 4.8.20)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.export.expressions import source_of, written
from crashworthy.lab.traffic.export.saved import operation_ids, path_values
from crashworthy.lab.traffic.template import PLACEHOLDER

_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})
# Parameters of these names are ignored: OpenAPI describes them elsewhere.
_ELSEWHERE = frozenset({"accept", "content-type", "authorization"})


def openapi_document(playbook: Playbook, operations: Sequence[Operation], base_url: str, title: str) -> dict[str, Json]:
    """The document as JSON. Operations that HTTP does not have, such as WebSockets, are left out."""
    kept = [operation for operation in operations if operation.method in _METHODS]
    ids = operation_ids(kept)
    items: dict[str, Any] = {}
    for operation in kept:
        items.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, playbook, ids)
    by_name = {operation.name: operation for operation in kept}
    for way in playbook.ways:
        for producer, name, link in _links(way, by_name, ids):
            responses = items[producer.path][producer.method.lower()]["responses"]
            status = _status(playbook, producer)
            responses[status].setdefault("links", {}).setdefault(name, link)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "0", "description": "Written from what was reached on a running service."},
        "servers": [{"url": base_url}],
        "paths": items,
    }


def _described(operation: Operation, playbook: Playbook, ids: dict[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": ids[operation.name]}
    if operation.summary:
        described["summary"] = operation.summary
    parameters = [
        {
            "name": each.name,
            "in": each.where.value,
            "required": each.required or each.where is ParameterIn.PATH,
            "schema": each.data_schema,
        }
        for each in operation.parameters
        if not (each.where is ParameterIn.HEADER and each.name.lower() in _ELSEWHERE)
    ]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": operation.body.required,
            "content": {operation.body.content_type: {"schema": operation.body.data_schema}},
        }
    described["responses"] = {_status(playbook, operation): {"description": "reached"}}
    return described


def _status(playbook: Playbook, operation: Operation) -> str:
    way = playbook.way(operation.name)
    return str(way.status) if way else "default"


def _links(
    way: Way, operations: dict[str, Operation], ids: dict[str, str]
) -> Iterator[tuple[Operation, str, dict[str, Json]]]:
    """For each two steps of which one feeds the other: the operation that feeds, the link's name, the link."""
    saved: dict[str, tuple[Step, Save]] = {}
    for step in way.steps:
        consumer = operations.get(step.operation)
        for producer in {id(each): each for each, _ in saved.values()}.values():
            feeding = operations.get(producer.operation)
            if consumer is None or feeding is None:
                continue
            own = {name: save for name, (each, save) in saved.items() if each is producer}
            sources = {name: source for name, save in own.items() if (source := source_of(save))}
            link = _link(consumer, step, sources)
            if link:
                yield feeding, ids[consumer.name], {"operationId": ids[consumer.name], **link}
        saved |= {save.name: (step, save) for save in step.saves}


def _link(operation: Operation, step: Step, sources: dict[str, str]) -> dict[str, Json]:
    """What of a step comes from these sources: parameters whose whole value it is, and the body's template."""
    declared = {(each.where.value, each.name.lower()) for each in operation.parameters}
    given = [("path", name, text) for name, text in path_values(operation, step).items()]
    given += [("query", name, text) for name, text in step.query]
    given += [("header", name, text) for name, text in step.headers if name.lower() not in _ELSEWHERE]
    parameters: dict[str, Json] = {
        f"{where}.{name}": written(text, sources)
        for where, name, text in given
        if (where, name.lower()) in declared and _needs(text, sources)
    }
    link: dict[str, Json] = {"parameters": parameters} if parameters else {}
    if _needs(step.body, sources):
        link["requestBody"] = written(step.body, sources)
    return link


def _needs(value: Json, sources: dict[str, str]) -> bool:
    if isinstance(value, str):
        return any(name in sources for name in PLACEHOLDER.findall(value))
    if isinstance(value, list):
        return any(_needs(each, sources) for each in value)
    return isinstance(value, dict) and any(_needs(each, sources) for each in value.values())
