"""Operations from an OpenAPI 3.0 or 3.1 document, or Swagger 2.0. Slightly invalid ones are mended, with notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.value import Json
from crashworthy.lab.traffic.documents import Document, Path, read_document
from crashworthy.lab.traffic.schema import Schema, SchemaReader

# Raw parameters and where they stand, by place and name.
Declared = dict[tuple[str, str], tuple[Schema, Path]]

METHODS = ("get", "post", "put", "patch", "delete")
_MAX_NOTES = 50

# Swagger 2.0 keeps the schema of a parameter in the parameter itself.
_INLINE_SCHEMA = {
    "type", "format", "items", "enum", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "pattern", "minItems", "maxItems",
}  # fmt: skip
_REMEDY = "Give the OpenAPI 3 document of the service with --openapi FILE, or leave the option out."


@dataclass(frozen=True)
class SecurityScheme:
    """How a caller proves who it is.

    `kind` is "bearer", "basic", "digest", "api-key", "oauth2" or "other"; `where` and `name` say where an API key
    travels ("header", "query" or "cookie").
    """

    kind: str
    where: str = "header"
    name: str = "Authorization"


@dataclass(frozen=True)
class Api:
    """What a document says: operations (with `base_path` in their paths), security schemes, and what was mended."""

    operations: tuple[Operation, ...]
    base_path: str
    schemes: tuple[SecurityScheme, ...]
    notes: tuple[str, ...]


def parse_openapi(text: str, name: str) -> Api:
    """Read the text of a document; `name` is the file or URL for messages. Raises CrashworthyError if unusable."""
    return _Reader(read_document(text, name)).api()


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._content = document.content
        self._noted: dict[str, Path] = {}
        self._schemas = SchemaReader(document, self._note)

    def api(self) -> Api:
        paths = self._paths()
        base_path = self._base_path()
        operations: dict[str, Operation] = {}
        for template, raw in paths.items():
            path: Path = ("paths", template)
            item = self._schemas.resolve(raw, path)
            if template.startswith("x-"):
                continue
            if not isinstance(item, dict):
                self._note("a path is an object of operations; left out", path)
                continue
            if not template.startswith("/"):
                self._note("a path begins with a slash; added", path)
            shared = self._parameters(item.get("parameters"), (*path, "parameters"))
            for method in METHODS:
                given = item.get(method, item.get(method.upper()))
                if isinstance(given, dict):
                    full = base_path + "/" + template.lstrip("/")
                    operation = self._operation(method, full, given, shared, (*path, method))
                    operations.setdefault(operation.name, operation)
                elif given is not None:
                    self._note("an operation is an object; left out", (*path, method))
        if not operations:
            raise CrashworthyError(f"{self._document.at(('paths',))}: no operations under paths", remedy=_REMEDY)
        return Api(tuple(operations.values()), base_path, self._schemes(), self._notes())

    def _paths(self) -> dict[str, Json]:
        version = str(self._content.get("openapi", self._content.get("swagger", "")))
        paths = self._content.get("paths")
        if isinstance(paths, dict) and paths:
            if not version.startswith(("3", "2")):
                self._note("no OpenAPI version given; read as OpenAPI 3", ())
            return paths
        if not version:
            raise CrashworthyError(
                f"{self._document.name}:1: this is no OpenAPI document: neither `openapi` nor `paths` at the top",
                remedy=_REMEDY,
            )
        what = "`paths` is empty or missing" if not paths else "`paths` is not an object"
        raise CrashworthyError(f"{self._document.at(('paths',))}: {what}: no operation to test", remedy=_REMEDY)

    def _base_path(self) -> str:
        base = self._content.get("basePath")
        servers = self._content.get("servers")
        if isinstance(servers, list) and servers and isinstance(servers[0], dict):
            url = str(servers[0].get("url", ""))
            variables = servers[0].get("variables")
            for name, variable in variables.items() if isinstance(variables, dict) else ():
                if isinstance(variable, dict):
                    url = url.replace("{" + name + "}", str(variable.get("default", "")))
            base = urlsplit(url).path
        return "/" + base.strip("/") if isinstance(base, str) and base.strip("/") else ""

    def _operation(self, method: str, path: str, given: Schema, shared: Declared, at: Path) -> Operation:
        declared = {**shared, **self._parameters(given.get("parameters"), (*at, "parameters"))}
        in_path = re.findall(r"\{([^{}]+)\}", path)
        parameters: list[Parameter] = []
        for (where, name), (raw, place) in declared.items():
            if where == "path" and name not in in_path:
                self._note(f"the path has no {{{name}}}; the parameter is left out", place)
            elif where in set(ParameterIn):
                required = where == "path" or raw.get("required") is True
                schema = self._parameter_schema(raw, place)
                parameters.append(Parameter(name=name, where=ParameterIn(where), required=required, data_schema=schema))
        for name in in_path:
            if ("path", name) not in declared:
                self._note(f"the path parameter {name} is not declared; taken as text", at)
                parameters.append(
                    Parameter(name=name, where=ParameterIn.PATH, required=True, data_schema={"type": "string"})
                )
        responses = given.get("responses")
        summary = given.get("summary") or given.get("description") or given.get("operationId")
        return Operation(
            method=method.upper(),
            path=path,
            parameters=tuple(parameters),
            body=self._body(given, declared, at),
            declared_statuses=tuple(str(status) for status in responses) if isinstance(responses, dict) else (),
            needs_login=self._needs_login(given),
            summary=str(summary)[:500] if summary else None,
        )

    def _parameters(self, given: Json, at: Path) -> Declared:
        """Raw parameters, and where they stand, by place and name."""
        found: Declared = {}
        for number, raw in enumerate(given if isinstance(given, list) else []):
            item = self._schemas.resolve(raw, (*at, number))
            name, where = (item.get("name"), item.get("in")) if isinstance(item, dict) else (None, None)
            if not isinstance(item, dict) or not isinstance(where, str) or (not name and where != "body"):
                self._note("a parameter needs `name` and `in`; left out", (*at, number))
                continue
            found[where, str(name)] = item, (*at, number)
        return found

    def _parameter_schema(self, raw: Schema, at: Path) -> Schema:
        schema: Json = raw.get("schema")
        content = raw.get("content")
        if schema is None and isinstance(content, dict):
            schema = next((media.get("schema") for media in content.values() if isinstance(media, dict)), None)
        if schema is None:
            schema = {key: value for key, value in raw.items() if key in _INLINE_SCHEMA}
        result = self._schemas.read(schema, (*at, "schema"))
        examples = _media_examples(raw)
        if examples:
            result["examples"] = examples
        if "description" in raw:
            result.setdefault("description", str(raw["description"])[:500])
        return result

    def _body(self, given: Schema, declared: Declared, at: Path) -> Body | None:
        raw = self._schemas.resolve(given.get("requestBody"), (*at, "requestBody"))
        if not isinstance(raw, dict):
            return self._swagger_body(given, declared)
        content = raw.get("content")
        if not isinstance(content, dict) or not content:
            self._note("a request body without `content`; taken as JSON", (*at, "requestBody"))
            return Body(required=raw.get("required") is True)
        kind = min(content, key=_preference)
        media = self._schemas.resolve(content[kind], (*at, "requestBody", "content", kind))
        media = media if isinstance(media, dict) else {}
        schema = self._schemas.read(media.get("schema"), (*at, "requestBody", "content", kind, "schema"))
        examples = _media_examples(media)
        if examples:
            schema["examples"] = examples
        sent_as = kind if "*" not in kind else "application/json"
        return Body(content_type=sent_as, required=raw.get("required") is True, data_schema=schema)

    def _swagger_body(self, given: Schema, declared: Declared) -> Body | None:
        consumes = given.get("consumes", self._content.get("consumes"))
        kinds = [str(kind) for kind in consumes] if isinstance(consumes, list) else []
        for (where, _), (raw, place) in declared.items():
            if where == "body":
                schema = self._schemas.read(raw.get("schema"), (*place, "schema"))
                kind = min(kinds, key=_preference) if kinds else "application/json"
                return Body(content_type=kind, required=raw.get("required") is True, data_schema=schema)
        fields = {name: each for (where, name), each in declared.items() if where == "formData"}
        if not fields:
            return None
        files = any(raw.get("type") == "file" for raw, _ in fields.values())
        form = "multipart/form-data" if files else "application/x-www-form-urlencoded"
        schema = {
            "type": "object",
            "properties": {name: self._parameter_schema(raw, place) for name, (raw, place) in fields.items()},
            "required": [name for name, (raw, _) in fields.items() if raw.get("required") is True],
        }
        return Body(content_type=form, data_schema=schema)

    def _needs_login(self, given: Schema) -> bool | None:
        security = given.get("security", self._content.get("security"))
        if not isinstance(security, list):
            return None
        return bool(security) and all(isinstance(each, dict) and bool(each) for each in security)

    def _schemes(self) -> tuple[SecurityScheme, ...]:
        components = self._content.get("components")
        raw = components.get("securitySchemes") if isinstance(components, dict) else None
        raw = raw if isinstance(raw, dict) else self._content.get("securityDefinitions")
        schemes: list[SecurityScheme] = []
        for name, value in raw.items() if isinstance(raw, dict) else ():
            item = self._schemas.resolve(value, ("components", "securitySchemes", name))
            if not isinstance(item, dict):
                continue
            kind = str(item.get("type", "")).lower()
            if kind == "apikey":
                schemes.append(
                    SecurityScheme("api-key", str(item.get("in", "header")), str(item.get("name", "X-API-Key")))
                )
            elif kind == "basic" or (kind == "http" and str(item.get("scheme", "")).lower() == "basic"):
                schemes.append(SecurityScheme("basic"))
            elif kind == "http":
                is_digest = str(item.get("scheme", "")).lower() == "digest"
                schemes.append(SecurityScheme("digest" if is_digest else "bearer"))
            else:
                schemes.append(SecurityScheme("oauth2" if kind == "oauth2" else "other"))
        return tuple(dict.fromkeys(schemes))

    def _note(self, text: str, path: Path) -> None:
        if len(self._noted) < _MAX_NOTES:
            self._noted.setdefault(text, path)

    def _notes(self) -> tuple[str, ...]:
        return tuple(f"{self._document.at(path)}: {text}" for text, path in self._noted.items())


def _preference(content_type: str) -> tuple[int, str]:
    kind = content_type.partition(";")[0].strip().lower()
    order = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
    if kind in order:
        return order.index(kind), kind
    return (0, kind) if kind.endswith("+json") or kind == "*/*" else (len(order), kind)


def _media_examples(media: Schema) -> list[Json]:
    examples = media.get("examples")
    values: list[Json] = []
    if "example" in media:
        values.append(media["example"])
    if isinstance(examples, dict):
        values += [each["value"] for each in examples.values() if isinstance(each, dict) and "value" in each]
    elif isinstance(examples, list):
        values += examples
    return values
