"""Constant values and the known beginnings of texts, as far as the source alone tells them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from crashworthy.source.environment_calls import environment_call
from crashworthy.source.index import Index
from crashworthy.source.symbols import Class, External, Module, Parameter, Scope, Variable

_MAX_DEPTH = 12
_DJANGO_SETTINGS = "django.conf.settings."


@dataclass(frozen=True)
class Text:
    """The known beginning of a text. `complete` when it is all of it; `variable` is the environment variable in it."""

    start: str
    complete: bool = True
    variable: str | None = None

    def __add__(self, other: Text) -> Text:
        variable = self.variable or other.variable
        if not self.complete:
            return Text(self.start, False, variable)
        return Text(self.start + other.start, other.complete, variable)


UNKNOWN = Text("", complete=False)


def text_of(index: Index, expression: ast.expr | None, scope: Scope, depth: int = _MAX_DEPTH) -> Text:
    """What is known of the text an expression yields."""
    if expression is None or depth <= 0:
        return UNKNOWN
    match expression:
        case ast.Constant(value=str(value)):
            return Text(value)
        case ast.Constant(value=int(value)):
            return Text(str(value))
        case ast.JoinedStr(values=parts):
            text = Text("")
            for part in parts:
                text += text_of(index, part, scope, depth - 1)
            return text
        case ast.FormattedValue(value=value, format_spec=None):
            return text_of(index, value, scope, depth - 1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Div(), right=right):
            separator = Text("/") if isinstance(expression.op, ast.Div) else Text("")
            return text_of(index, left, scope, depth - 1) + separator + text_of(index, right, scope, depth - 1)
        case ast.BinOp(left=left, op=ast.Mod()):
            text = text_of(index, left, scope, depth - 1)
            return Text(text.start.partition("%")[0], "%" not in text.start and text.complete, text.variable)
        case ast.BoolOp(op=ast.Or(), values=values):
            return _first_known([text_of(index, value, scope, depth - 1) for value in values])
        case ast.IfExp(body=body, orelse=orelse):
            return _first_known([text_of(index, body, scope, depth - 1), text_of(index, orelse, scope, depth - 1)])
        case ast.Call():
            return _call(index, expression, scope, depth)
        case ast.Subscript():
            read = environment_call(index, expression, scope)
            if read is not None:
                return Text("", False, read.name)
            if _is_config(expression.value):
                return _configured(index, expression.slice, depth)
            return UNKNOWN
        case ast.Name() | ast.Attribute():
            return _symbol(index, expression, scope, depth)
        case _:
            return UNKNOWN


def constant_text(index: Index, expression: ast.expr | None, scope: Scope) -> str | None:
    """The whole text an expression yields, or None."""
    text = text_of(index, expression, scope)
    return text.start if text.complete else None


def _first_known(texts: list[Text]) -> Text:
    variable = next((text.variable for text in texts if text.variable), None)
    best = next((text for text in texts if text.start), texts[0])
    return Text(best.start, best.complete, best.variable or variable)


def _call(index: Index, call: ast.Call, scope: Scope, depth: int) -> Text:
    read = environment_call(index, call, scope)
    if read is not None:
        if read.default is None:
            return Text("", False, read.name)
        default = text_of(index, read.default, scope, depth - 1)
        return Text(default.start, default.complete, read.name)
    match call.func:
        case ast.Attribute(value=value, attr="get") if call.args and _is_config(value):
            return _configured(index, call.args[0], depth)
        case ast.Attribute(value=value, attr="rstrip" | "strip" | "removesuffix"):
            text = text_of(index, value, scope, depth - 1)
            return Text(text.start.rstrip("/") if text.complete else text.start, text.complete, text.variable)
        case ast.Attribute(value=value, attr="format"):
            text = text_of(index, value, scope, depth - 1)
            return Text(text.start.partition("{")[0], "{" not in text.start and text.complete, text.variable)
        case ast.Attribute(value=base, attr="join") if call.args:
            if isinstance(call.args[0], ast.List | ast.Tuple):
                glue, joined = text_of(index, base, scope, depth - 1), Text("")
                for number, element in enumerate(call.args[0].elts):
                    part = text_of(index, element, scope, depth - 1)
                    joined += part if number == 0 else glue + part
                return joined
        case _:
            pass
    symbol = index.resolve(call.func, scope)
    name = symbol.dotted if isinstance(symbol, External) else ""
    if name == "urllib.parse.urljoin" and len(call.args) == 2:
        start, end = (text_of(index, argument, scope, depth - 1) for argument in call.args)
        slash = start.start.rstrip("/") + "/" if start.complete else start.start
        return Text(slash, start.complete, start.variable) + Text(end.start.lstrip("/"), end.complete, end.variable)
    if name in {"builtins.str", "httpx.URL", "yarl.URL", "urllib.request.Request"} and call.args:
        return text_of(index, call.args[0], scope, depth - 1)
    return UNKNOWN


def _symbol(index: Index, expression: ast.expr, scope: Scope, depth: int) -> Text:
    symbol = index.resolve(expression, scope)
    if isinstance(symbol, External) and symbol.dotted.startswith(_DJANGO_SETTINGS):
        return _django_setting(index, symbol.dotted.removeprefix(_DJANGO_SETTINGS), depth)
    if isinstance(symbol, Parameter):
        if symbol.default is not None:
            return text_of(index, symbol.default, symbol.function, depth - 1)
        return UNKNOWN
    if not isinstance(symbol, Variable):
        return UNKNOWN
    if isinstance(expression, ast.Attribute) and (read := _settings_field(index, symbol)) is not None:
        value = text_of(index, symbol.values[0] if symbol.values else None, symbol.scope, depth - 1)
        return Text(value.start, value.complete, value.variable or read)
    if len(symbol.values) != 1:
        return UNKNOWN
    return text_of(index, symbol.values[0], symbol.scope, depth - 1)


def _is_config(expression: ast.expr) -> bool:
    """Whether an expression is the configuration of a Flask or Quart application."""
    return isinstance(expression, ast.Attribute) and expression.attr == "config"


def _configured(index: Index, key: ast.expr, depth: int) -> Text:
    """What is put under `key` into an application's configuration, anywhere in the folder."""
    if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
        return UNKNOWN
    for value, scope in index.declared.configured.get(key.value, ()):
        text = text_of(index, value, scope, depth - 1)
        if text.start or text.variable:
            return text
    return UNKNOWN


def _settings_field(index: Index, variable: Variable) -> str | None:
    scope = variable.scope
    if isinstance(scope, Class) and index.inherits(scope, ".BaseSettings"):
        return settings_variable(index, scope, variable.name)
    return None


def settings_variable(index: Index, class_: Class, field: str) -> str:
    """The environment variable that pydantic-settings reads for a field."""
    config = class_.attributes.get("model_config")
    prefix = ""
    for value in config.values if config is not None else []:
        if isinstance(value, ast.Call):
            for keyword in value.keywords:
                if keyword.arg == "env_prefix":
                    prefix = constant_text(index, keyword.value, class_) or ""
    inner = class_.names.get("Config")
    if isinstance(inner, Class) and "env_prefix" in inner.attributes and inner.attributes["env_prefix"].values:
        prefix = constant_text(index, inner.attributes["env_prefix"].values[0], inner) or ""
    variable = class_.attributes.get(field)
    for value in variable.values if variable is not None else []:
        if isinstance(value, ast.Call):
            for keyword in value.keywords:
                if keyword.arg in {"env", "alias", "validation_alias"}:
                    alias = constant_text(index, keyword.value, class_)
                    if alias:
                        return alias.upper()
    return f"{prefix}{field}".upper()


def _django_setting(index: Index, name: str, depth: int) -> Text:
    for module in index.service_modules:
        if "settings" in module.file.path and (text := _module_constant(index, module, name, depth)) is not None:
            return text
    return UNKNOWN


def _module_constant(index: Index, module: Module, name: str, depth: int) -> Text | None:
    binding = module.names.get(name)
    if isinstance(binding, Variable) and binding.values:
        return text_of(index, binding.values[-1], module, depth - 1)
    return None
