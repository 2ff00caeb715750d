"""Parameters and bodies of handlers that declare them in their signature (FastAPI, Ninja, Litestar)."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from crashworthy.core.operation import Body, Parameter, ParameterIn
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.routes.fastapi import dependencies
from crashworthy.source.routes.groups import argument
from crashworthy.source.routes.route import Route
from crashworthy.source.schema_types import Schema
from crashworthy.source.schemas import Schemas
from crashworthy.source.strings import constant_text
from crashworthy.source.symbols import Class, External, Function, Scope, Variable
from crashworthy.source.symbols import Parameter as Argument

_PLACES = {
    "Path": ParameterIn.PATH,
    "Query": ParameterIn.QUERY,
    "Header": ParameterIn.HEADER,
    "Cookie": ParameterIn.COOKIE,
}
_BODIES = {
    "Body": "application/json",
    "Form": "application/x-www-form-urlencoded",
    "File": "multipart/form-data",
}
_SUPPLIED = frozenset(
    {
        "Request", "Response", "WebSocket", "BackgroundTasks", "HTTPConnection", "SecurityScopes", "HttpRequest",
        "State", "Session", "AsyncSession", "HttpResponse",
    }
)  # fmt: skip


@dataclass
class Inputs:
    """What a handler takes. `fields` are body fields; `whole` is the schema when one parameter is the whole body."""

    parameters: dict[tuple[str, ParameterIn], Parameter] = field(default_factory=dict)
    fields: dict[str, tuple[Schema, bool]] = field(default_factory=dict)
    whole: tuple[Schema, bool] | None = None
    content_type: str = "application/json"

    def body(self) -> Body | None:
        """The request body, or None."""
        if self.whole is not None and not self.fields:
            return Body(content_type=self.content_type, required=self.whole[1], data_schema=self.whole[0])
        if not self.fields:
            return None
        schema: Schema = {"type": "object", "properties": {name: one for name, (one, _) in self.fields.items()}}
        required = [name for name, (_, is_required) in self.fields.items() if is_required]
        if required:
            schema["required"] = list(required)
        return Body(content_type=self.content_type, required=bool(required), data_schema=schema)


class Signatures:
    """Reads signatures. What a framework supplies itself (the request, a session) is no input."""

    def __init__(self, index: Index, schemas: Schemas) -> None:
        self.index = index
        self.schemas = schemas

    def inputs(self, route: Route) -> Inputs:
        """The inputs of a route: those of its handler and of everything it depends on."""
        inputs = Inputs()
        if route.handler is None:
            return inputs
        in_path = set(_names_in(route.path))
        bodies: list[tuple[str, Schema, bool, bool]] = []
        for function in dict.fromkeys((route.handler, *route.dependencies)):
            for parameter in function.parameters.values():
                if parameter.name not in {"self", "cls"}:
                    self._parameter(parameter, function, route, in_path, inputs, bodies)
        self._combine(bodies, inputs)
        return inputs

    def _combine(self, bodies: list[tuple[str, Schema, bool, bool]], inputs: Inputs) -> None:
        models = [body for body in bodies if not body[3]]
        if len(models) == 1 and not any(body[3] for body in bodies):
            inputs.whole = (models[0][1], models[0][2])
            return
        for name, schema, required, _ in bodies:
            inputs.fields[name] = (schema, required)

    def _parameter(
        self,
        parameter: Argument,
        function: Function,
        route: Route,
        in_path: set[str],
        inputs: Inputs,
        bodies: list[tuple[str, Schema, bool, bool]],
    ) -> None:
        scope = function.parent or function
        details = self._details(parameter, scope)
        kinds = {(dotted_name(call.func) or "").rpartition(".")[2] for call in details}
        if kinds & {"Depends", "Security"}:
            self._framework_dependency(details, parameter, inputs)
            return
        if self._is_supplied(parameter, route):
            return
        schema = self.schemas.of(parameter.annotation, scope)
        default = parameter.default
        name, required = parameter.name, default is None
        for call in details:
            schema = schema | self.schemas.constraints(call, scope, schema)
            alias = argument(call, "alias")
            if alias is not None:
                name = constant_text(self.index, alias, scope) or name
            elif (dotted_name(call.func) or "").endswith("Header"):
                name = name.replace("_", "-")
            if call is default:
                given = argument(call, "default", 0)
                required = (given is None or (isinstance(given, ast.Constant) and given.value is ...)) and (
                    argument(call, "default_factory") is None
                )
                default = given
        if isinstance(default, ast.Constant) and isinstance(default.value, str | int | float | bool):
            schema = schema | {"default": default.value}
        self._place(parameter, name, required, schema, kinds, route, in_path, inputs, bodies)

    def _place(
        self,
        parameter: Argument,
        name: str,
        required: bool,
        schema: Schema,
        kinds: set[str],
        route: Route,
        in_path: set[str],
        inputs: Inputs,
        bodies: list[tuple[str, Schema, bool, bool]],
    ) -> None:
        where = next((_PLACES[kind] for kind in kinds if kind in _PLACES), None)
        content = next((_BODIES[kind] for kind in ("File", "Form", "Body") if kind in kinds), None)
        if parameter.name in in_path:
            where = ParameterIn.PATH
        if where is None and content is None and _is_upload(parameter):
            content, schema = "multipart/form-data", {"type": "string", "format": "binary"}
        if where is None and content is None and route.framework == "litestar":
            where = None if parameter.name == "data" else ParameterIn.QUERY
            if parameter.name == "data":
                content = "application/json"
        if where is None and content is None and self._is_body(parameter, schema):
            content = "application/json"
        if content is not None:
            is_model = schema.get("type") == "object" or _is_object_union(schema)
            embedded = content != "application/json" or (not is_model and "Body" in kinds) or "embed" in kinds
            if content != "application/json":
                inputs.content_type = content
                if is_model and isinstance(schema.get("properties"), dict):
                    bodies.append((name, schema, required, False))
                    return
            bodies.append((name, schema, required, embedded))
            return
        where = where or ParameterIn.QUERY
        if where is ParameterIn.QUERY and schema.get("type") == "object" and "Query" in kinds:
            properties, needed = schema.get("properties"), schema.get("required")
            for inner, one in (properties if isinstance(properties, dict) else {}).items():
                is_needed = isinstance(needed, list) and inner in needed
                self._add(inputs, inner, where, is_needed, one if isinstance(one, dict) else {})
            return
        if where is ParameterIn.PATH:
            schema = {**route.path_schemas.get(parameter.name, {}), **schema}
        if where is ParameterIn.HEADER and name.lower() == "authorization":
            return
        self._add(inputs, name, where, required or where is ParameterIn.PATH, schema)

    def _add(self, inputs: Inputs, name: str, where: ParameterIn, required: bool, schema: Schema) -> None:
        inputs.parameters.setdefault(
            (name, where), Parameter(name=name, where=where, required=required, data_schema=schema)
        )

    def _details(self, parameter: Argument, scope: Scope) -> list[ast.Call]:
        """`Query(...)`, `Field(...)`, `Depends(...)`: in the annotation, in the alias it names, or as the default."""
        found: list[ast.Call] = []
        annotation, holder = parameter.annotation, scope
        if isinstance(annotation, ast.Name | ast.Attribute):
            symbol = self.index.resolve(annotation, scope)
            if isinstance(symbol, Variable) and symbol.values:
                annotation, holder = symbol.values[-1], symbol.scope
        if isinstance(annotation, ast.Subscript) and (dotted_name(annotation.value) or "").endswith("Annotated"):
            parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
            for part in parts[1:]:
                if isinstance(part, ast.Call):
                    found.append(part)
                elif dependencies(self.index, part, holder):
                    found.append(ast.Call(ast.Name("Depends", ast.Load()), [], []))
        default = parameter.default
        if isinstance(default, ast.Call):
            found.append(default)
        return found

    def _framework_dependency(self, details: list[ast.Call], parameter: Argument, inputs: Inputs) -> None:
        """`OAuth2PasswordRequestForm` is a login form; other things to depend on are functions, read elsewhere."""
        names = [dotted_name(argument(call, "dependency", 0) or call) or "" for call in details]
        annotation = ast.unparse(parameter.annotation) if parameter.annotation is not None else ""
        if any("OAuth2PasswordRequestForm" in name for name in [*names, annotation]):
            inputs.content_type = "application/x-www-form-urlencoded"
            inputs.fields |= {"username": ({"type": "string"}, True), "password": ({"type": "string"}, True)}

    def _is_supplied(self, parameter: Argument, route: Route) -> bool:
        if route.framework == "django" and parameter.position == 0:
            return True
        if parameter.name in {"request", "background_tasks"} and parameter.annotation is None:
            return True
        if parameter.annotation is None:
            return False
        made = self.index.annotated_class(parameter.annotation, parameter.function)
        return isinstance(made, External) and made.dotted.rpartition(".")[2] in _SUPPLIED

    def _is_body(self, parameter: Argument, schema: Schema) -> bool:
        if parameter.annotation is None:
            return False
        made = self.index.annotated_class(parameter.annotation, parameter.function)
        if isinstance(made, Class):
            return self.schemas.is_model(made)
        if schema.get("type") == "object" or _is_object_union(schema):
            return True
        items = schema.get("items")
        return schema.get("type") == "array" and isinstance(items, dict) and items.get("type") == "object"


def _is_upload(parameter: Argument) -> bool:
    return parameter.annotation is not None and "UploadFile" in ast.unparse(parameter.annotation)


def _is_object_union(schema: Schema) -> bool:
    options = schema.get("anyOf")
    return isinstance(options, list) and any(
        isinstance(option, dict) and option.get("type") == "object" for option in options
    )


def _names_in(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]
