"""Does the API's own description allow this request?"""

from __future__ import annotations

import json
from collections.abc import Mapping

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.template import MissingValueError, fill, fill_path


def allows(operation: Operation, step: Step, variables: Mapping[str, Json]) -> bool | None:
    """Whether the declared contract allows the request; None when there is no contract that could tell.

    Only an OpenAPI description is a contract. What is read from routes in the source is our own guess.
    """
    if operation.source != "openapi":
        return None
    try:
        if step.raw_body is not None or not _body_allowed(operation, step, variables):
            return False
        return _parameters_allowed(operation, step, variables)
    except (SchemaError, MissingValueError, RecursionError):
        return None


def _body_allowed(operation: Operation, step: Step, variables: Mapping[str, Json]) -> bool:
    if operation.body is None:
        return step.body is None
    if step.body is None:
        return not operation.body.required
    return _valid(fill(step.body, variables), operation.body.data_schema)


def _parameters_allowed(operation: Operation, step: Step, variables: Mapping[str, Json]) -> bool:
    template = operation.path.split("/")
    actual = fill_path(step.path, variables).split("/")
    in_path = {part[1:-1]: value for part, value in zip(template, actual, strict=False) if part.startswith("{")}
    given = {
        ParameterIn.PATH: in_path,
        ParameterIn.QUERY: {name: str(fill(value, variables)) for name, value in step.query},
        ParameterIn.HEADER: {name.lower(): value for name, value in step.headers},
    }
    for parameter in operation.parameters:
        values = given.get(parameter.where)
        if values is None:
            continue
        name = parameter.name.lower() if parameter.where is ParameterIn.HEADER else parameter.name
        if name not in values:
            if parameter.required:
                return False
            continue
        if not any(_valid(reading, parameter.data_schema) for reading in _readings(values[name])):
            return False
    return True


def _readings(text: str) -> list[Json]:
    """A parameter's text, and the number or truth value that it may stand for."""
    try:
        value: Json = json.loads(text)
    except ValueError:
        return [text]
    return [text, value] if isinstance(value, int | float) else [text]


def _valid(value: Json, schema: dict[str, Json]) -> bool:
    if not schema:
        return True
    Draft202012Validator.check_schema(schema)
    return bool(Draft202012Validator(schema).is_valid(value))
