"""Operations completed by what recordings show: inputs that nothing declares, operations that nothing names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.value import Json
from crashworthy.lab.traffic.discover import own_operations
from crashworthy.lab.traffic.lessons.headers import inputs
from crashworthy.lab.traffic.lessons.matching import Matcher
from crashworthy.lab.traffic.lessons.recorded import Recorded, is_open, segments
from crashworthy.lab.traffic.names import singular
from crashworthy.lab.traffic.schema import Schema

_IDENTIFIER = re.compile(r"\d+|[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[0-9a-f]{24,64}|\{\{[^{}]*\}\}")
_MOST_NEW = 60


def complete(operations: Sequence[Operation], requests: Sequence[Recorded]) -> tuple[Operation, ...]:
    """The operations with inputs that accepted requests had, and those that only such requests tell of.

    A request without a known answer may have been refused: it adds inputs, but no operation.
    """
    known = {operation.name: operation for operation in operations}
    for request in requests:
        if request.refused:
            continue
        found = Matcher(known.values()).find(request.method, request.path)
        if found is not None:
            known[found[0].name] = _with_inputs(found[0], request)
        elif request.answer is not None and request.answer.status < 300 and len(known) < len(operations) + _MOST_NEW:
            for operation in own_operations([_new(request)]):
                known[operation.name] = _with_inputs(operation, request)
    return tuple(known.values())


def _with_inputs(operation: Operation, request: Recorded) -> Operation:
    declared = {(each.where, each.name.lower()) for each in operation.parameters}
    seen = [(ParameterIn.QUERY, name) for name, _ in request.query]
    seen += [(ParameterIn.HEADER, name) for name in inputs(request.headers)]
    new = [(where, name) for where, name in dict.fromkeys(seen) if (where, name.lower()) not in declared]
    parameters = (*operation.parameters, *(Parameter(name=name, where=where) for where, name in new))
    body = _with_body(operation.body, request)
    if not new and body is operation.body:
        return operation
    return operation.model_copy(update={"parameters": parameters, "body": body})


def _with_body(body: Body | None, request: Recorded) -> Body | None:
    if request.body is None:
        return body
    if body is None:
        return Body(
            content_type=request.content_type or "application/json",
            required=False,
            data_schema=_schema_of(request.body),
        )
    properties = body.data_schema.get("properties")
    if not isinstance(request.body, dict) or not (
        isinstance(properties, dict) or body.data_schema in ({}, {"type": "object"})
    ):
        return body
    known = properties if isinstance(properties, dict) else {}
    missing = {name: _schema_of(value) for name, value in request.body.items() if name not in known}
    # Where nothing else is allowed, the recording is of another version.
    if not missing or body.data_schema.get("additionalProperties") is False:
        return body
    schema = {**body.data_schema, "type": "object", "properties": {**known, **missing}}
    return body.model_copy(update={"data_schema": schema})


def _schema_of(value: Json) -> Schema:
    """A schema that the value keeps, without limits, and that names it as an example."""
    schema = _kind_of(value)
    plain = value is not None and not isinstance(value, bool | dict | list) and not is_open(value)
    return {**schema, "examples": [value]} if plain else schema


def _kind_of(value: Json) -> Schema:
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    if isinstance(value, list):
        return {"type": "array", "items": _schema_of(value[0])} if value else {"type": "array"}
    if isinstance(value, dict):
        if "filename" in value and "base64" in value:
            return {"type": "string", "format": "binary"}
        return {"type": "object", "properties": {name: _schema_of(below) for name, below in value.items()}}
    return {} if value is None or is_open(value) else {"type": "string"}


def _new(request: Recorded) -> Operation:
    """An operation whose path has parameters where the request's has identifiers."""
    path = ""
    parameters: list[Parameter] = []
    before = "item"
    for segment in segments(request.path):
        if _IDENTIFIER.fullmatch(segment):
            name = f"{singular(before)}_id"
            while any(name == each.name for each in parameters):
                name += "_2"
            kind = "integer" if segment.isdigit() else "string"
            parameters.append(Parameter(name=name, where=ParameterIn.PATH, required=True, data_schema={"type": kind}))
            path += f"/{{{name}}}"
        else:
            before = re.sub(r"\W", "_", segment)
            path += f"/{segment}"
    return Operation(method=request.method, path=path or "/", parameters=tuple(parameters), source="recorded")
