"""Evaluates calls: of the folder's functions, of methods of known values, of conversions."""

from __future__ import annotations

import ast
from dataclasses import replace

from crashworthy.source.flow.constants import (
    Pattern,
    unstarred,
)
from crashworthy.source.flow.conversions import CONVERSIONS, HARMLESS, MOMENTS
from crashworthy.source.flow.database import RUN
from crashworthy.source.flow.decorators import decorated
from crashworthy.source.flow.events import Called, Conversion, Passed
from crashworthy.source.flow.locks import gives_up
from crashworthy.source.flow.operators import Operators
from crashworthy.source.flow.requests import asked
from crashworthy.source.flow.requests import method as request_method
from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.state import Frame
from crashworthy.source.flow.values import (
    UNKNOWN,
    ClassValue,
    Column,
    FunctionValue,
    Instance,
    Known,
    Length,
    Mapping,
    Memory,
    Mixed,
    Namespace,
    Query,
    Raw,
    Ref,
    Request,
    Response,
    Row,
    Several,
    Value,
    sources,
)
from crashworthy.source.index import dotted_name
from crashworthy.source.marshmallow import LOADS, is_marshmallow
from crashworthy.source.symbols import Class, External, Function

_MAX_ELEMENTS = 20
_PASSES = frozenset({"list", "tuple", "sorted", "set", "copy", "deepcopy", "abs", "round", "reversed", "dict"})
_FLASK_MISSING = "BadRequestKeyError"


def _is_file(node: ast.Call) -> bool:
    """Whether `json.load(f)` or `json.loads(path.read_text())` reads a file."""
    if ast.unparse(node.func).endswith("load"):
        return True
    text = ast.unparse(node.args[0]) if node.args else ""
    return text.endswith((".read_text()", ".read()", ".read_bytes()"))


class Calls(Operators):
    """The part of the machine that evaluates calls."""

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """The value of a call."""
        callee = self._callee(node, frame)
        arguments = [self.evaluate(unstarred(argument), frame) for argument in node.args]
        keywords = {keyword.arg or "**": self.evaluate(keyword.value, frame) for keyword in node.keywords}
        if not isinstance(callee, FunctionValue | ClassValue):
            self._passed(node, arguments, keywords, frame)
        if id(node) in self.answers.calls:
            state = self.state
            state.note(Called(node, frame.scope, state.caught, state.holds, state.is_connected))
            return Response(self.answers.shape(node, [*arguments, *keywords.values()]))
        if isinstance(callee, FunctionValue):
            callee = callee if callee.is_bare else decorated(self.index, replace(callee, is_bare=True))
            is_open = "**" in keywords or any(isinstance(argument, ast.Starred) for argument in node.args)
            if is_open:
                arguments = [
                    value
                    for argument, value in zip(node.args, arguments, strict=True)
                    if not isinstance(argument, ast.Starred)
                ]
            return self.invoke(callee, arguments, keywords, is_open=is_open, depth=frame.depth + 1)
        if isinstance(callee, ClassValue):
            return self._construct(callee.class_, node, arguments, keywords, frame)
        symbol = self.index.resolve(node.func, frame.scope) if not self._is_local(node.func, frame) else None
        if isinstance(symbol, External):
            found = self._external(symbol.dotted, node, arguments, keywords, frame)
            if found is not None:
                return found
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, node, arguments, keywords, frame)
        return self._generic(dotted_name(node.func) or "", arguments)

    def _passed(self, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame) -> None:
        """Note what of the request goes where the source ends."""
        free: dict[int | str, Value] = {i: value for i, value in enumerate(arguments) if self._is_free(value)}
        free |= {name: value for name, value in keywords.items() if self._is_free(value)}
        if not free:
            return
        symbol = self.index.resolve(node.func, frame.scope) if not self._is_local(node.func, frame) else None
        if isinstance(symbol, External):
            name = symbol.dotted
        elif isinstance(node.func, ast.Attribute):
            name = f".{node.func.attr}"
        else:
            return
        self.state.note(Passed(node, frame.scope, self.state.caught, name, free))

    def _is_free(self, value: Value) -> bool:
        """Whether a value holds text of the request that may be anything."""
        return any(isinstance(source, Ref) and self._may_be_anything(source) for source in sources(value))

    def _may_be_anything(self, ref: Ref) -> bool:
        declared = ref.shape.declared or {}
        is_text = declared.get("type", "string") == "string" and not {"enum", "format", "pattern"} & declared.keys()
        converted = ref.converted and ref.shape.kinds != ["string"]
        known = self.state.knows(ref.shape, "enum", "digits", "pattern", "member", "type:integer", "type:number")
        return is_text and not (ref.is_answer or converted or known)

    def _callee(self, node: ast.Call, frame: Frame) -> Value:
        """What is called, when that is a function or class; the holder of a method is left to `_method`."""
        if isinstance(node.func, ast.Attribute):
            root = node.func.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id not in frame.env:
                symbol = self.index.resolve(node.func, frame.scope)
                if isinstance(symbol, Function):
                    return FunctionValue(symbol)
                if isinstance(symbol, Class):
                    return ClassValue(symbol)
            held = self.evaluate(node.func.value, frame)
            if isinstance(held, Instance | ClassValue):
                member = self.index.class_member(held.class_, node.func.attr)
                if isinstance(member, Function):
                    return FunctionValue(member, owner=held)
            return UNKNOWN
        return self.evaluate(node.func, frame)

    def _is_local(self, function: ast.expr, frame: Frame) -> bool:
        root = function
        while isinstance(root, ast.Attribute | ast.Call):
            root = root.value if isinstance(root, ast.Attribute) else root.func
        return isinstance(root, ast.Name) and root.id in frame.env

    def is_own_call(self, node: ast.expr, frame: Frame) -> bool:
        """Whether an expression calls a function of the folder, whose own awaits were counted."""
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name) and isinstance(frame.env.get(node.func.id), FunctionValue):
            return True
        return isinstance(self.index.resolve(node.func, frame.scope), Function)

    def _construct(
        self, class_: Class, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame
    ) -> Value:
        if self.schemas.is_enumeration(class_):
            self._convert(arguments, class_.name, "ValueError", "string", node, frame)
            return Mixed(tuple(arguments))
        if is_marshmallow(class_, self.index):
            return Instance(class_, {})
        if self.schemas.is_model(class_):
            return self._validated(class_, [*arguments, *keywords.values()], node, frame)
        for name, value in keywords.items():
            self.database.tables.note_column(class_, name, value)
        made = Instance(class_, dict(keywords))
        initializer = self.index.class_member(class_, "__init__")
        if isinstance(initializer, Function) and not self.database.tables.table(class_):
            self.invoke(FunctionValue(initializer, owner=made), arguments, keywords, depth=frame.depth + 1)
        return made

    def _validated(self, class_: Class, values: list[Value], node: ast.Call, frame: Frame) -> Value:
        """A model made of a document: from there on its fields are known."""
        for value in values:
            if isinstance(value, Mapping) and value.rest is not None:
                value = value.rest
            if isinstance(value, Ref | Raw) and not value.shape.fields:
                shape = value.shape
                shape.declared = self.schemas.of_class(class_)
                is_answer = value.is_answer
                if not is_answer:
                    self.state.note(
                        Conversion(node, frame.scope, self.state.caught, Ref(shape), class_.name, "ValidationError")
                    )
                given = Shape(shape.name, declared=shape.declared, is_given=True)
                return Ref(given, is_answer=is_answer)
        return UNKNOWN

    def _loaded(self, class_: Class, name: str, arguments: list[Value], node: ast.Call, frame: Frame) -> Value:
        """A document that a schema of Marshmallow loads, or only looks at and tells the errors of."""
        bodies = [value for value in arguments if isinstance(value, Ref | Raw) and not value.shape.fields]
        looked_at = next((value.shape for value in bodies if value.shape.declared is not None), None)
        if name != "validate" and looked_at is None:
            return self._validated(class_, arguments, node, frame)
        for value in bodies:
            value.shape.declared = self.schemas.of_class(class_)
        if name == "validate" or looked_at is None:
            return UNKNOWN
        return Ref(Shape(looked_at.name, declared=looked_at.declared, is_given=True))

    # Functions of libraries

    def _external(
        self, dotted: str, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame
    ) -> Value | None:
        name = dotted.rpartition(".")[2]
        first = arguments[0] if arguments else UNKNOWN
        if dotted == "builtins.len":
            return Length(first) if isinstance(first, Ref) else Mixed((first,)) if sources(first) else UNKNOWN
        if dotted in {"json.loads", "json.load", "orjson.loads", "ujson.loads", "simplejson.loads",
                      "tornado.escape.json_decode"}:  # fmt: skip
            return self._parsed(first, node, frame)
        if dotted.startswith("sqlalchemy") and name in {"select", "update", "delete", "insert"}:
            return self._builder(name, node, arguments, frame)
        if name == "text" and dotted.startswith("sqlalchemy"):
            return first
        if name in {"get_object_or_404", "aget_object_or_404", "get_list_or_404"}:
            query = self.database.query(first.class_) if isinstance(first, ClassValue) else first
            return self.database.row(query, node, frame.scope) if isinstance(query, Query) else UNKNOWN
        if dotted in HARMLESS:
            return UNKNOWN
        if dotted in CONVERSIONS:
            function, error, kind = CONVERSIONS[dotted]
            if name == "strptime" and len(arguments) > 1 and isinstance(arguments[1], Known):
                kind = MOMENTS.get(str(arguments[1].value), kind)
            return self._convert(arguments, function, error, kind, node, frame)
        if name in {"run_in_threadpool", "to_thread", "sync_to_async", "run_sync"} and isinstance(first, FunctionValue):
            return self.invoke(first, arguments[1:], keywords, depth=frame.depth + 1)
        if dotted in {"asyncio.gather", "asyncio.wait_for", "asyncio.shield"}:
            return first if dotted != "asyncio.gather" else Several(tuple(arguments))
        if dotted in {"builtins.str", "builtins.repr"} and isinstance(first, Ref):
            return replace(first, is_text=True)
        if dotted == "dataclasses.replace" or name in _PASSES:
            return first if sources(first) or isinstance(first, Row | Known) else None
        return None

    def _generic(self, name: str, arguments: list[Value]) -> Value:
        if name in {"min", "max", "sum", "any", "all", "zip", "enumerate", "map", "filter"}:
            found = tuple(value for value in arguments if sources(value))
            return Mixed(found) if found else UNKNOWN
        used = tuple(value for value in arguments if sources(value))
        return Mixed(used) if used and name[:1].islower() else UNKNOWN

    def _parsed(self, value: Value, node: ast.Call, frame: Frame) -> Value:
        if isinstance(value, Mixed):
            value = next((part for part in value.parts if isinstance(part, Raw)), value)
        if isinstance(value, Raw):
            if not value.is_answer:
                if self.state.request is not None:
                    self.state.request.inputs.reads_json = True
                self.state.note(
                    Conversion(node, frame.scope, self.state.caught, Ref(value.shape), "json.loads", "JSONDecodeError")
                )
            return Ref(value.shape, is_answer=value.is_answer)
        if value == UNKNOWN and _is_file(node):
            row = Row("a file", node, frame.scope, session=self.state.session, in_memory=True, awaits=self.state.awaits)
            self.state.rows.append(row)
            return Column(row, "*")
        return UNKNOWN

    def _builder(self, name: str, node: ast.Call, arguments: list[Value], frame: Frame) -> Value:
        target = next((value for value in arguments if isinstance(value, ClassValue | Query)), None)
        counts = any(
            word in ast.unparse(argument) for argument in node.args for word in ("func.count", "func.sum", "func.max")
        )
        if target is None:
            for argument in node.args:  # select(Model.id), select(func.count(Model.id))
                for part in ast.walk(argument):
                    symbol = self.index.resolve(part, frame.scope) if isinstance(part, ast.Name) else None
                    if isinstance(symbol, Class) and target is None:
                        target = ClassValue(symbol)
        if not isinstance(target, ClassValue):
            return UNKNOWN
        kind = "select" if name == "select" else name
        query = self.database.query(target.class_, kind=kind, is_count=counts)
        return query if query is not None else UNKNOWN

    def _convert(
        self, arguments: list[Value], function: str, error: str, kind: str, node: ast.Call, frame: Frame
    ) -> Value:
        first = arguments[0] if arguments else UNKNOWN
        if not isinstance(first, Ref):
            return Mixed(tuple(arguments)) if any(sources(value) for value in arguments) else UNKNOWN
        shape = first.shape
        is_safe = (
            first.converted
            or shape.is_given
            or self.state.knows(shape, "enum", "digits", "pattern", f"type:{kind}")
            or (kind == "number" and self.state.knows(shape, "type:integer"))
            or (kind == "integer" and self.state.knows(shape, "type:number"))
        )
        if not is_safe and not first.is_answer:
            self.state.note(Conversion(node, frame.scope, self.state.caught, first, function, error))
        if kind.startswith("format:"):
            shape.ask("string")
            shape.limit("format", kind.removeprefix("format:"))
        else:
            shape.ask(kind)
        return Ref(shape, converted=True, is_answer=first.is_answer)

    # Methods

    def _method(
        self, function: ast.Attribute, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame
    ) -> Value:
        held = frame.memo.get(id(function.value), UNKNOWN)
        name = function.attr
        match held:
            case Request():
                if name == "json" and held.framework not in {"flask", "quart"}:
                    body = Ref(held.inputs.json)
                    self.state.note(
                        Conversion(node, frame.scope, self.state.caught, body, "request.json", "JSONDecodeError")
                    )
                found = request_method(held, name)
                return found if found != UNKNOWN else asked(held, name, arguments, keywords)
            case Instance(attributes=attributes) if isinstance(attributes.get("request"), Request):
                request = attributes["request"]
                found = asked(request, name, arguments, keywords) if isinstance(request, Request) else UNKNOWN
                return found if found != UNKNOWN else self._unknown_method(function, node, arguments, keywords, frame)
            case Instance(class_=class_) if name in LOADS and is_marshmallow(class_, self.index):
                return self._loaded(class_, name, arguments, node, frame)
            case Response():
                return self._response_method(held, name)
            case Raw():
                return held
            case Ref():
                return self._ref_method(held, name, node, arguments, keywords, frame)
            case Query():
                return self.database.on_query(held, name, node, arguments, keywords, frame.scope)
            case Row():
                return self._row_method(held, name, node, arguments, frame)
            case Column(row=row):
                if row.in_memory and name in {"get", "pop"}:
                    return held
                return Mixed((held, *arguments))
            case Memory():
                return self._memory_method(held, name, node, arguments, frame)
            case Known(value=constant) if not isinstance(constant, Pattern):
                return self._constant_method(constant, name, arguments, keywords)
            case Namespace(attributes=attributes) if name in {"get", "pop", "setdefault"} and arguments:
                key = arguments[0]
                return attributes.get(str(key.value), UNKNOWN) if isinstance(key, Known) else UNKNOWN
            case Mapping(entries=entries) if name in {"get", "pop"} and arguments:
                wanted = str(arguments[0].value) if isinstance(arguments[0], Known) else "*"
                return entries.get(wanted, entries.get("*", UNKNOWN))
            case Mapping(entries=entries) if name in {"values", "items"}:
                values = tuple(entries.values())
                return Several(tuple(Several((UNKNOWN, one)) for one in values) if name == "items" else values)
            case Several(elements=elements) if name in {"append", "add"} and len(arguments) == 1:
                if isinstance(function.value, ast.Name) and function.value.id in frame.env:
                    frame.env[function.value.id] = Several((*elements, arguments[0])[-_MAX_ELEMENTS:])
                return UNKNOWN
            case Mixed():
                return Mixed((held, *arguments))
            case ClassValue(class_=class_):
                return self._class_method(class_, name, node, arguments, frame)
            case _:
                return self._unknown_method(function, node, arguments, keywords, frame)

    def _class_method(self, class_: Class, name: str, node: ast.Call, arguments: list[Value], frame: Frame) -> Value:
        if name in {"model_validate", "parse_obj", "model_validate_json", "parse_raw", "from_dict", "validate"}:
            return self._validated(class_, arguments, node, frame)
        query = self.database.query(class_)
        if query is not None and name in {"get", "get_or_none", "select", "create"}:  # peewee
            return query if name == "select" else self.database.on_query(query, name, node, arguments, {}, frame.scope)
        return UNKNOWN

    def _unknown_method(
        self, function: ast.Attribute, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame
    ) -> Value:
        """A method of something unknown: a session or cursor, when it is given a query; else it is by its name."""
        name, first = function.attr, arguments[0] if arguments else UNKNOWN
        if name in RUN or (name == "query" and isinstance(first, ClassValue)):
            return self.database.run(first, name, node, arguments[1:], frame.scope)
        if isinstance(first, ClassValue) and name in {"get", "get_one", "get_or_404", "first_or_404", "refresh"}:
            query = self.database.query(first.class_)
            if query is not None:
                return self._by_key(query, name, node, arguments, keywords, frame)
        if name in {"add", "add_all"}:
            self.database.add(first, node, frame.scope)
        elif name in {"commit", "rollback", "close", "remove", "aclose"} and not arguments:
            self.state.end_transaction(commits=name == "commit")
        elif name == "flush" and not arguments:
            self.state.is_dirty |= self.state.is_pending
        elif name == "acquire" and self.is_lock(function.value, frame) and not gives_up(node):
            self.state.take()
        elif name == "release" and self.is_lock(function.value, frame):
            self.state.give_back()
        used = tuple(value for value in arguments if sources(value))
        return Mixed(used) if used else UNKNOWN

    def _by_key(
        self, query: Query, name: str, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame
    ) -> Value:
        locked = keywords.get("with_for_update")
        is_locked = locked is not None and locked != Known(False) and locked != Known(None)
        by_input = any(isinstance(source, Ref) for one in arguments[1:] for source in sources(one))
        found = Query(query.table, locks=is_locked, filters=frozenset({"id"}), by_input=by_input)
        return self.database.row(found, node, frame.scope, may_be_none=name == "get")
