"""Requests that stand literally in the service's own tests, such as `client.post("/orders", json={...})`."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from crashworthy.core.history import Response
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import FORM, MULTIPART
from crashworthy.lab.traffic.lessons.curl import basic
from crashworthy.lab.traffic.lessons.literals import Literals, stripped
from crashworthy.lab.traffic.lessons.recorded import OPEN, Recorded, recorded
from crashworthy.source.files import is_test
from crashworthy.source.tree import SourceFile

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_URL = re.compile(r"/|https?://(localhost|127\.0\.0\.1|test(server)?|\w+\.test|example)\b|\{\{")
_STATUS = frozenset({"status_code", "status"})
_MOST = 2000


def requests_in_tests(files: Sequence[SourceFile]) -> list[Recorded]:
    """The requests of every function of the test files, in the order in which they are written."""
    found: list[Recorded] = []
    for file in files:
        if is_test(file.path) and len(found) < _MOST:
            found += _requests_of(file)
    return found


def _requests_of(file: SourceFile) -> list[Recorded]:
    constants = Literals()
    constants.bind(file.tree.body)
    found: list[Recorded] = []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            reader = _Function(file.path, node, constants)
            for statement in node.body:
                reader.visit(statement)
            found += reader.requests()
    return found


class _Function(ast.NodeVisitor):
    """Follows one function from top to bottom: what is assigned, asked for, and asserted about answers."""

    def __init__(self, path: str, function: ast.FunctionDef | ast.AsyncFunctionDef, constants: Literals) -> None:
        self._path = path
        self._sequence = f"{path}::{function.name}"
        self._literals = Literals(constants.names, prefix=f"{self._sequence}:")
        self._literals.bind_parameters(function)
        self._asked: list[dict[str, Any]] = []
        self._by_call: dict[int, int] = {}

    def requests(self) -> list[Recorded]:
        """What was found; the status that a test expects is the answer's."""
        sets = self._literals.sets
        made = []
        for number, parts in enumerate(self._asked):
            status = parts.pop("status", None)
            answer = Response(status=status) if status is not None else None
            made.append(recorded(**parts, sequence=self._sequence, answer=answer, sets=sets.get(number, {})))
        return made

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Functions within functions are read on their own."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """As above."""

    def visit_Assign(self, node: ast.Assign) -> None:
        """The value first, then the names."""
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._assign(target.id, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """As above."""
        if node.value is not None:
            self.visit(node.value)
            if isinstance(node.target, ast.Name):
                self._assign(node.target.id, node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        """`answer.status_code == 201`."""
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            self._expect(node.left, node.comparators[0])
            self._expect(node.comparators[0], node.left)

    def visit_Call(self, node: ast.Call) -> None:
        """A request, or an assertion in the manner of unittest."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in ("assertEqual", "assertEquals") and len(node.args) >= 2:
                self._expect(node.args[0], node.args[1])
                self._expect(node.args[1], node.args[0])
            else:
                self._ask(node, node.func.attr)

    def _assign(self, name: str, value: ast.expr) -> None:
        number = self._by_call.get(id(stripped(value)))
        if number is not None:
            self._literals.answers[name] = number
        else:
            self._literals.answers.pop(name, None)
            self._literals.names[name] = self._literals.value(value)

    def _expect(self, left: ast.expr, right: ast.expr) -> None:
        if not (isinstance(left, ast.Attribute) and left.attr in _STATUS):
            return
        owner = stripped(left.value)
        number = self._literals.answers.get(owner.id) if isinstance(owner, ast.Name) else self._by_call.get(id(owner))
        code = re.search(r"(?<!\d)[1-5]\d\d(?!\d)", ast.unparse(right))
        if number is not None and code:
            self._asked[number].setdefault("status", int(code[0]))

    def _ask(self, node: ast.Call, name: str) -> None:
        arguments = list(node.args)
        given = {each.arg: each.value for each in node.keywords if each.arg}
        if name == "request" and len(arguments) >= 2:
            method = self._literals.value(arguments.pop(0))
        elif name == "open" and "method" in given:
            method = self._literals.value(given["method"])
        elif name in _METHODS:
            method = name
        else:
            return
        place = arguments[0] if arguments else given.get("url", given.get("path"))
        url = self._literals.value(place) if place is not None else None
        if not isinstance(method, str) or not isinstance(url, str) or not _URL.match(url):
            return
        if "/" not in OPEN.sub("", url):
            return  # nothing is known of it
        parts = self._parts({name: self._literals.value(value) for name, value in given.items()})
        if len(arguments) > 1 and method in ("post", "put", "patch"):
            # Django's client takes the data second, and sends a form unless it is told otherwise.
            self._data(parts, self._literals.value(arguments[1]), given.get("content_type"), given.get("format"))
        elif len(arguments) > 1 and method == "get":
            url += _query(self._literals.value(arguments[1]), url)
        url += _query(parts.pop("query"), url)
        self._by_call[id(node)] = len(self._asked)
        self._asked.append({"method": method, "url": url, "origin": f"{self._path}:{node.lineno}", **parts})

    def _data(self, parts: dict[str, Any], data: Json, content_type: ast.expr | None, form: ast.expr | None) -> None:
        said = [self._literals.value(each) for each in (content_type, form) if each is not None]
        is_json = any("json" in str(each) for each in said)
        parts["body"] = data
        parts["content_type"] = "application/json" if is_json or not isinstance(data, dict) else MULTIPART

    def _parts(self, given: Mapping[str, Json]) -> dict[str, Any]:
        """Keyword arguments of the usual clients: httpx, requests, Starlette, Flask, Django, aiohttp."""
        headers = given.get("headers")
        named = headers if isinstance(headers, dict) else {}
        pairs = [(name, value) for name, value in named.items() if isinstance(value, str)]
        for name, value in given.items():
            if name.startswith("HTTP_") and isinstance(value, str):
                pairs.append((name[5:].replace("_", "-").title(), value))
        auth = given.get("auth")
        if isinstance(auth, list) and len(auth) == 2 and all(isinstance(each, str) for each in auth):
            pairs.append(("Authorization", basic(f"{auth[0]}:{auth[1]}")))
        parts: dict[str, Any] = {"headers": pairs, "query": given.get("params", given.get("query_string"))}
        kind = given.get("content_type")
        data = next((given[name] for name in ("data", "content", "form") if name in given), None)
        if "json" in given:
            parts |= {"body": given["json"], "content_type": "application/json"}
        elif "files" in given:
            files = given["files"]
            both = {**(data if isinstance(data, dict) else {}), **(files if isinstance(files, dict) else {})}
            parts |= {"body": both, "content_type": MULTIPART}
        elif isinstance(data, dict):
            is_json = "json" in str(kind) or given.get("format") == "json"
            parts |= {"body": data, "content_type": "application/json" if is_json else FORM}
        elif isinstance(data, str):
            parts |= {"content": data, "content_type": kind if isinstance(kind, str) else None}
        elif data is not None:
            parts |= {"body": data, "content_type": "application/json"}
        return parts


def _query(value: Json, url: str) -> str:
    """What a client adds to the URL."""
    if isinstance(value, dict) and value:
        pairs = {name: each if isinstance(each, str) else json.dumps(each) for name, each in value.items()}
        return ("&" if "?" in url else "?") + urlencode(pairs, quote_via=quote, safe="{}", errors="replace")
    return ("&" if "?" in url else "?") + value if isinstance(value, str) and value else ""
