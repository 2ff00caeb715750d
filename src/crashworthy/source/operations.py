"""Operations from routes: parameters, bodies and whether a login is asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.source.calls import CallGraph
from crashworthy.source.flow.runs import Run, Runs
from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.values import Inputs as UsedInputs
from crashworthy.source.index import Index
from crashworthy.source.login import needs_login
from crashworthy.source.routes.route import Route
from crashworthy.source.schema_types import Schema
from crashworthy.source.schemas import Schemas
from crashworthy.source.signature import Inputs, Signatures
from crashworthy.source.symbols import Function

_SIGNED = frozenset({"fastapi", "litestar"})
# Headers that clients and frameworks deal with themselves.
_PLUMBING = frozenset(
    {"authorization", "content-type", "content-length", "accept", "user-agent", "host", "cookie", "x-forwarded-for",
     "x-real-ip", "origin", "referer", "connection", "remote-addr", "x-forwarded-proto", "accept-language"}
)  # fmt: skip
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"

Parameters = dict[tuple[str, ParameterIn], Parameter]


class OperationMaker:
    """Makes operations; `runs` keeps the run over each handler."""

    def __init__(self, index: Index, graph: CallGraph, runs: Runs) -> None:
        self.schemas = Schemas(index)
        self.signatures = Signatures(index, self.schemas)
        self.graph = graph
        self.player = runs
        self.runs: list[Run] = []

    def make(self, routes: Iterable[Route]) -> tuple[Operation, ...]:
        """One operation per route, in the same order."""
        return tuple(self._operation(route) for route in routes)

    def _operation(self, route: Route) -> Operation:
        parameters = _path_parameters(route)
        body: Body | None = None
        declared: dict[str, Schema] = {}
        if _has_signature(route):
            inputs = self.signatures.inputs(route)
            parameters.update(inputs.parameters)
            body = inputs.body()
            declared = _declared(inputs, route, self.schemas)
        if route.handler is not None:
            run = self.player.of_route(route, declared, body)
            self.runs.append(run)
            _add_used(parameters, run.inputs, route)
            body = body or _used_body(run.inputs)
        return Operation(
            method=route.method,
            path=route.path,
            parameters=tuple(parameters.values()),
            body=body if route.method not in {"GET", "HEAD"} else None,
            needs_login=needs_login(route, self.graph),
            handler=route.location,
            summary=_summary(route.handler),
            source="routes",
        )


def _has_signature(route: Route) -> bool:
    """Whether the handler's parameters are its inputs: in FastAPI, Litestar, and Ninja (which Django runs)."""
    return route.framework in _SIGNED or (route.framework == "django" and bool(route.dependencies))


def _path_parameters(route: Route) -> Parameters:
    names = [part.partition("}")[0] for part in route.path.split("{")[1:]]
    text: Schema = {"type": "string", "minLength": 1}
    return {
        (name, ParameterIn.PATH): Parameter(
            name=name, where=ParameterIn.PATH, required=True, data_schema=route.path_schemas.get(name, text)
        )
        for name in names
    }


def _declared(inputs: Inputs, route: Route, schemas: Schemas) -> dict[str, Schema]:
    """What the framework has checked each of the handler's parameters against, by the parameter's name."""
    found: dict[str, Schema] = {}
    for function in (route.handler, *route.dependencies):
        for parameter in function.parameters.values() if function is not None else ():
            schema = schemas.of(parameter.annotation, function.parent or function) if function is not None else {}
            sent = inputs.parameters.values()
            same = next((one for one in sent if one.name.replace("-", "_") == parameter.name), None)
            found[parameter.name] = same.data_schema if same is not None else schema
    return {name: schema for name, schema in found.items() if schema}


def _add_used(parameters: Parameters, inputs: UsedInputs, route: Route) -> None:
    """Parameters that the handler reads from the request itself."""
    places = (
        (ParameterIn.QUERY, inputs.query),
        (ParameterIn.HEADER, inputs.headers),
        (ParameterIn.COOKIE, inputs.cookies),
    )
    for where, shape in places:
        for name, one in shape.fields.items():
            if where is ParameterIn.HEADER and name.lower() in _PLUMBING:
                continue
            parameter = Parameter(name=name, where=where, required=one.must_be_sent, data_schema=one.schema())
            parameters.setdefault((name, where), parameter)
    for name, one in inputs.path.fields.items():
        key = (name, ParameterIn.PATH)
        if key in parameters and name not in route.path_schemas and one.kinds and not one.declared:
            parameters[key] = parameters[key].model_copy(update={"data_schema": one.schema()})


def _used_body(inputs: UsedInputs) -> Body | None:
    form: dict[str, Shape] = inputs.form.fields
    if inputs.files.fields:
        schema: Schema = inputs.form.schema() if form else {"type": "object", "properties": {}}
        properties = schema.get("properties")
        files: Schema = {name: {"type": "string", "format": "binary"} for name in inputs.files.fields}
        schema["properties"] = {**(properties if isinstance(properties, dict) else {}), **files}
        return Body(content_type=_MULTIPART, data_schema=schema)
    if inputs.json.is_used:
        return Body(data_schema=inputs.json.schema())
    if form:
        return Body(content_type=_FORM, data_schema=inputs.form.schema())
    return Body(required=False) if inputs.reads_json else None


def _summary(handler: Function | None) -> str | None:
    docstring = ast.get_docstring(handler.node) if handler is not None else None
    return docstring.strip().splitlines()[0] if docstring and docstring.strip() else None
