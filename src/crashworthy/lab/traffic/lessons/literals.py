"""What expressions in tests come to, as far as they are literal; the rest stays open."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence

from crashworthy.core.value import Json
from crashworthy.lab.traffic.files import sample_file

_DEEPEST = 8
_READERS = frozenset({"json", "get_json", "data"})


class Literals:
    """Values of names in one function, and what is read from the answers to its requests.

    `answers` leads from a name to the number of the request whose answer it holds. `sets` collects, by that number,
    the names under which parts of the answer are used, and their JSON Pointers.
    """

    def __init__(self, names: Mapping[str, Json] | None = None, *, prefix: str = "") -> None:
        self.names: dict[str, Json] = dict(names or {})
        self.answers: dict[str, int] = {}
        self.sets: dict[int, dict[str, str]] = {}
        self._prefix = prefix

    def bind(self, statements: Sequence[ast.stmt]) -> None:
        """Take in the constants of a module."""
        for node in statements:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self.names[node.targets[0].id] = self.value(node.value)

    def bind_parameters(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Parameters hide constants; those of `pytest.mark.parametrize` have the first of their values."""
        arguments = function.args
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.names.pop(each.arg, None)
        for decorator in function.decorator_list:
            if not (isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize")):
                continue
            given = [self.value(each) for each in decorator.args[:2]]
            if len(given) < 2 or not isinstance(given[1], list) or not given[1]:
                continue
            said = given[0]
            names = said if isinstance(said, list) else [each.strip() for each in str(said).split(",")]
            first = given[1][0]
            values = first if len(names) > 1 and isinstance(first, list) else [first]
            self.names.update((str(name), value) for name, value in zip(names, values, strict=False))

    def value(self, node: ast.expr, depth: int = 0) -> Json:
        """The JSON value of an expression, `{{expression}}` where it is not literal."""
        node = stripped(node)
        if depth > _DEEPEST:
            return "{{...}}"
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None as constant):
                return constant
            case ast.Constant(value=bytes() as content):
                return content.decode("utf-8", "backslashreplace")
            case ast.Name(id=name) if name in self.names and name not in self.answers:
                return self.names[name]
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return [self.value(each, depth + 1) for each in items]
            case ast.Dict():
                return self._object(node, depth)
            case ast.JoinedStr(values=parts):
                return "".join(self._text(each, depth) for each in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                ends = self.value(left, depth + 1), self.value(right, depth + 1)
                if all(isinstance(each, str) for each in ends):
                    return f"{ends[0]}{ends[1]}"
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.Call():
                called = self._called(node, depth)
                if called is not None:
                    return called
        return self._open(node)

    def _object(self, node: ast.Dict, depth: int) -> Json:
        found: dict[str, Json] = {}
        for key, below in zip(node.keys, node.values, strict=True):
            value = self.value(below, depth + 1)
            if key is None:
                found.update(value if isinstance(value, dict) else {})
            else:
                name = self.value(key, depth + 1)
                found[name if isinstance(name, str) else json.dumps(name)] = value
        return found

    def _text(self, part: ast.expr, depth: int) -> str:
        value = self.value(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1)
        return value if isinstance(value, str) else json.dumps(value)

    def _called(self, node: ast.Call, depth: int) -> Json:
        """`dict(a=1)`, `json.dumps(...)`, and what stands for a file."""
        name = ast.unparse(node.func)
        if name == "dict" and not node.args and all(each.arg for each in node.keywords):
            return {each.arg or "": self.value(each.value, depth + 1) for each in node.keywords}
        if name in ("json.dumps", "dumps") and node.args:
            return self.value(node.args[0], depth + 1)
        if name.rpartition(".")[2] in ("BytesIO", "SimpleUploadedFile", "StringIO", "open"):
            title = next((each.value for each in node.args if isinstance(each, ast.Constant)), "file")
            return sample_file(title if isinstance(title, str) else "file")
        if name in ("str", "int", "float", "list", "tuple") and len(node.args) == 1:
            return self.value(node.args[0], depth + 1)
        return None

    def _open(self, node: ast.expr) -> Json:
        """A name for what is only known when the tests run; noted where it is a part of an answer."""
        words = ast.unparse(node).replace("{", "(").replace("}", ")")[:80]
        name = f"{self._prefix}{words}"
        part = self._part(node)
        if part is not None:
            self.sets.setdefault(part[0], {})[name] = part[1]
        return "{{" + name + "}}"

    def _part(self, node: ast.expr) -> tuple[int, str] | None:
        """`answer.json()["a"][0]`, `answer.json["a"]`, `answer.data["a"]`: which answer, and where in it."""
        keys: list[str] = []
        while True:
            node = stripped(node)
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                keys.append(str(node.slice.value))
                node = node.value
            elif isinstance(node, ast.Call) and isinstance(called := node.func, ast.Attribute):
                if called.attr == "get" and node.args and isinstance(node.args[0], ast.Constant):
                    keys.append(str(node.args[0].value))
                elif called.attr not in _READERS or node.args:
                    return None
                node = called.value
            elif isinstance(node, ast.Attribute) and node.attr in _READERS:
                node = node.value
            elif isinstance(node, ast.Name) and node.id in self.answers:
                return self.answers[node.id], "".join(f"/{key}" for key in reversed(keys))
            elif isinstance(node, ast.Name) and node.id in self._parts_named():
                number, pointer = self._parts_named()[node.id]
                return number, pointer + "".join(f"/{key}" for key in reversed(keys))
            else:
                return None

    def _parts_named(self) -> dict[str, tuple[int, str]]:
        """Names that were given to parts of answers: `data = answer.json()`."""
        known = {name: (number, pointer) for number, each in self.sets.items() for name, pointer in each.items()}
        return {
            name: known[value[2:-2]]
            for name, value in self.names.items()
            if isinstance(value, str) and value[2:-2] in known
        }


def stripped(node: ast.expr) -> ast.expr:
    """The expression without `await` and parentheses."""
    while isinstance(node, ast.Await):
        node = node.value
    return node
