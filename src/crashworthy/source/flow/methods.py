"""Evaluates methods of values that are known: documents, rows, constants, answers."""

from __future__ import annotations

import ast

from crashworthy.source.flow.conversions import TEXT_METHODS
from crashworthy.source.flow.events import MissingKey, WrongType
from crashworthy.source.flow.locks import Locks
from crashworthy.source.flow.memory import Memories
from crashworthy.source.flow.requests import default_of, header_name
from crashworthy.source.flow.state import Frame
from crashworthy.source.flow.values import (
    UNKNOWN,
    Column,
    Known,
    Mixed,
    Raw,
    Ref,
    Response,
    Row,
    Several,
    Text,
    Value,
    sources,
)


class Methods(Memories, Locks):
    """The part of the machine that evaluates them."""

    def _ref_method(
        self, held: Ref, name: str, node: ast.Call, arguments: list[Value], keywords: dict[str, Value], frame: Frame
    ) -> Value:
        shape = held.shape
        key = arguments[0] if arguments else UNKNOWN
        if name in {"get", "pop", "getlist", "setdefault"} and isinstance(key, Known) and isinstance(key.value, str):
            return self._get(held, header_name(key.value), name, node, arguments, keywords, frame)
        if name in {"get", "pop"} and arguments:
            return Ref(shape.any_child(), is_answer=held.is_answer, is_text=held.is_text)
        if name in {"items", "values", "keys"}:
            shape.ask("object")
        if name == "items":
            return Several((Several((UNKNOWN, Ref(shape.any_child(), is_answer=held.is_answer))),))
        if name in {"values", "keys"}:
            return Several((Ref(shape.any_child()),)) if name == "values" else UNKNOWN
        if name in {"to_dict", "copy", "dict", "model_dump"}:
            return held
        if name in TEXT_METHODS:
            if not held.is_answer:
                self.want(held, "string", f"used as text by .{name}()", node, frame.scope, "AttributeError")
            shape.ask("string") if not held.is_answer or not shape.kinds else None
            return held if name not in {"split", "encode", "partition"} else Mixed((held,))
        if name in {"is_finite", "quantize", "scaleb", "total_seconds", "isoformat", "date", "replace"}:
            return held
        return Mixed((held, *arguments))

    def _get(
        self,
        held: Ref,
        key: str,
        name: str,
        node: ast.Call,
        arguments: list[Value],
        keywords: dict[str, Value],
        frame: Frame,
    ) -> Value:
        shape = held.shape
        is_whole = not (held.is_text or held.is_answer or shape.name or shape.is_given)
        if is_whole and not self.state.knows(shape, "type:object", "present"):
            self.state.note(
                WrongType(
                    node, frame.scope, self.state.caught, held, "object", f"read with .{name}()", "AttributeError"
                )
            )
            self.state.know(shape, "type:object")
        child = shape.child(key)
        default = keywords.get("default", arguments[1] if len(arguments) > 1 else UNKNOWN)
        if child.default is None:
            child.default = default_of(default)
        if name == "pop" and len(arguments) < 2 and not self.state.knows(child, "present"):
            self.state.note(
                MissingKey(node, frame.scope, self.state.caught, Ref(child), shape.name or "document", "KeyError")
            )
        converter = next((keyword.value for keyword in node.keywords if keyword.arg == "type"), None)
        converted = False
        if converter is not None:  # werkzeug answers the default for what does not convert
            kind = {"int": "integer", "float": "number", "bool": "boolean"}.get(ast.unparse(converter), "string")
            child.ask(kind)
            converted = kind != "string"
        return Ref(child, converted, held.is_answer, held.is_text)

    def _row_method(self, row: Row, name: str, node: ast.Call, arguments: list[Value], frame: Frame) -> Value:
        if row.in_memory:
            if name in {"get", "pop"} and arguments and isinstance(arguments[0], Known):
                return self.column(row, str(arguments[0].value).lower(), node)
            return self.column(row, "*", node)
        if row.is_many:
            return self.database.on_rows(row, name, node, frame.scope)
        if name in {"keys", "save", "delete", "refresh_from_db", "asave", "adelete"}:
            self.state.is_dirty |= self.state.is_atomic and name in {"save", "delete", "asave", "adelete"}
            return UNKNOWN
        self.use_row(row, node, frame.scope, "AttributeError")
        return Column(row, name.lower())

    def _constant_method(
        self, constant: object, name: str, arguments: list[Value], keywords: dict[str, Value]
    ) -> Value:
        if isinstance(constant, str):
            if name in {"lower", "upper", "strip", "title"}:
                return Known(getattr(constant, name)())
            if name in {"format", "join"} and any(sources(value) for value in [*arguments, *keywords.values()]):
                return Text((*arguments, *keywords.values()))
            return Known(constant) if name in {"format", "join", "replace"} else UNKNOWN
        if isinstance(constant, dict) and name in {"keys", "items", "values", "get"}:
            if name == "keys":
                return Known(tuple(constant))
            if name == "get" and arguments and isinstance(arguments[0], Known) and len(arguments) == 1:
                return Known(constant.get(arguments[0].value))
        return UNKNOWN

    def response_attribute(self, response: Response, name: str) -> Value:
        """`response.name`."""
        if name in {"text", "content", "data"}:
            return Raw(response.shape, is_answer=True)
        return UNKNOWN

    def _response_method(self, response: Response, name: str) -> Value:
        if name == "json":
            return Ref(response.shape, is_answer=True)
        if name in {"read", "text", "aread", "readlines", "decode"}:
            return Raw(response.shape, is_answer=True)
        return response if name in {"__enter__", "raise_for_status"} else UNKNOWN
