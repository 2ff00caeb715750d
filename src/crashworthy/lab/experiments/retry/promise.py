"""Who promises that an operation takes effect once, however often it is sent: what turns a repetition into a proof."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from crashworthy.core.location import Location
from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.value import Json
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.source.index import dotted_name

CONSTRAINTS = "constraints"
KEY = "key"
HTTP = "http"

_HEADER = re.compile(r"(x-)?idempotency[-_]?(key|id|token)", re.IGNORECASE)
_META = re.compile(r"HTTP_((X_)?IDEMPOTENCY_?(KEY|ID|TOKEN))", re.IGNORECASE)
_REQUESTS = re.compile(r"(^|\.)(request|req|self\.request|r)\.(headers|META)$|^(headers|META)$")
_IDEMPOTENT = frozenset({"PUT", "DELETE"})


@dataclass(frozen=True)
class Promise:
    """`by` is CONSTRAINTS, KEY or HTTP; `header` the name of the idempotency header that clients send, if there is one.

    `text` says it in one line.
    """

    by: str
    text: str
    header: str | None = None

    def settings(self) -> dict[str, Json]:
        """As settings of a history."""
        return {"promise": self.by, "promised": self.text, "header": self.header}


def promise_of(operation: Operation, lab: Lab) -> Promise | None:
    """The strongest promise that an operation makes, or that is made for it."""
    header = key_header(operation, lab)
    if _plain(operation.name) in {_plain(name) for name in lab.idempotent}:
        text = f"crashworthy.toml says that {operation.name} is idempotent"
        return Promise(CONSTRAINTS, text, header)
    if header is not None:
        return Promise(KEY, f"{operation.name} takes the header {header}, by which a client marks a repetition", header)
    if operation.method in _IDEMPOTENT:
        return Promise(
            HTTP, f"{operation.method} has the same effect however often it is sent (RFC 9110, section 9.2.2)"
        )
    return None


def key_header(operation: Operation, lab: Lab) -> str | None:
    """The idempotency header that the API's description declares for the operation, or its code reads."""
    for parameter in operation.parameters:
        if parameter.where is ParameterIn.HEADER and _HEADER.fullmatch(parameter.name):
            return parameter.name
    return next((name for name, place in _read_headers(lab) if _leads(place, operation, lab)), None)


def _leads(place: Location, operation: Operation, lab: Lab) -> bool:
    if operation.name in lab.tree.operations_reaching(place):
        return True
    handler = operation.handler
    return handler is not None and (handler.file, handler.symbol) == (place.file, place.symbol)


def _read_headers(lab: Lab) -> list[tuple[str, Location]]:
    """Idempotency headers that the source reads from requests, with the function that does."""
    found = []
    for file in lab.tree.files:
        if "dempotency" not in file.text and "DEMPOTENCY" not in file.text:
            continue
        for function, symbol in _functions(file.tree):
            for node in ast.walk(function):
                name = _read(node)
                if name is not None:
                    found.append((name, Location(file=file.path, line=node.lineno, symbol=symbol)))  # type: ignore[attr-defined]
    return found


def _functions(tree: ast.AST, prefix: str = "") -> list[tuple[ast.AST, str]]:
    found: list[tuple[ast.AST, str]] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            symbol = f"{prefix}{node.name}"
            if not isinstance(node, ast.ClassDef):
                found.append((node, symbol))
            found += _functions(node, f"{symbol}.")
    return found


def _read(node: ast.AST) -> str | None:
    """The header's name, when the node reads it from a request and does not put it into a call."""
    holder: ast.AST | None = None
    key: ast.AST | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        holder, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args and node.func.attr == "get":
        holder, key = node.func.value, node.args[0]
    if holder is None or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return None
    if not _REQUESTS.search(dotted_name(holder) or ""):
        return None
    meta = _META.fullmatch(key.value)
    if meta:
        return meta[1].replace("_", "-").title()
    return key.value if _HEADER.fullmatch(key.value) else None


def _plain(name: str) -> str:
    """An operation's name, whatever its path parameters are called."""
    return re.sub(r"\{[^}]*\}", "{}", name).rstrip("/")
