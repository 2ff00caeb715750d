"""What an expression holds, by the names that people give to it: passwords, cards, keys.

For rules about where a value goes that is known by its name only, such as a field of a validated model. What went
through a call is another value, such as a hash, a mask or a length, and so is a part of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from crashworthy.source.symbols import Function

PASSWORDS = frozenset({"password", "passwd", "passphrase", "pwd", "newpassword", "rawpassword", "plainpassword"})
CARDS = frozenset({"cardnumber", "cardno", "creditcard", "creditcardnumber", "ccnumber", "cvv", "cvc", "cvv2", "ssn"})
KEYS = frozenset({"apikey", "secretkey", "clientsecret", "accesstoken", "refreshtoken", "authorization"})
"""Names as `joined` writes them."""

_BODY = re.compile(
    r"(await )?(flask\.)?request\.(get_json\([^()]*\)|json(\(\))?|form(\(\))?(\.to_dict\(\))?|POST|data)( or \{\})?|"
    r"json\.loads\((await )?request\.[\w.()]+\)"
)
_HEADERS = re.compile(r"\brequest\.headers$")
_AS_IT_IS = frozenset({"strip", "lower", "upper", "encode", "decode", "format", "join", "removeprefix", "copy"})
_WHOLE = frozenset({"model_dump", "model_dump_json", "dict", "json", "to_dict", "copy", "asdict"})
_SHOWING = frozenset({"str", "repr", "dict", "list", "tuple", "dumps", "asdict", "jsonify", "vars"})
_DEEPEST = 4


def joined(name: str) -> str:
    """The letters and digits of a name, in lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def text_of(node: ast.AST) -> str:
    """A constant text; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@dataclass(frozen=True, eq=False)
class Names:
    """The names that stand for what is asked for, in one function."""

    function: Function
    wanted: frozenset[str]

    def held_by(self, node: ast.AST, depth: int = 0) -> Iterator[str]:
        """The names that an expression holds the whole values of."""
        match node:
            case ast.Name(id=name):
                yield from self._of_name(name, depth)
            case ast.Attribute(attr=name):
                if _HEADERS.search(ast.unparse(node)):
                    yield from self.wanted & {"authorization"}
                yield from self.wanted & {joined(name)}
            case ast.Subscript(slice=key):
                yield from self.wanted & {joined(text_of(key))}
            case ast.Call():
                yield from self._of_call(node, depth)
            case ast.Dict():
                yield from self._of_dict(node, depth)
            case ast.JoinedStr() | ast.FormattedValue() | ast.BinOp() | ast.Tuple() | ast.List() | ast.Starred():
                for child in ast.iter_child_nodes(node):
                    yield from self.held_by(child, depth)
            case ast.Await(value=value):
                yield from self.held_by(value, depth)
            case _:
                return

    def _of_name(self, name: str, depth: int) -> Iterator[str]:
        yield from self.wanted & {joined(name)}
        yield from self.wanted & self._bodies.get(name, frozenset())
        values = self._values.get(name, [])
        if name not in self._bodies and len(values) == 1 and depth < _DEEPEST:
            yield from self.held_by(values[0], depth + 1)

    def _of_call(self, node: ast.Call, depth: int) -> Iterator[str]:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "get" and node.args:
            yield from self.wanted & {joined(text_of(node.args[0]))}
        elif isinstance(node.func, ast.Attribute) and called in _AS_IT_IS:
            yield from self.held_by(node.func.value, depth)
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from self.held_by(argument, depth)
        elif isinstance(node.func, ast.Attribute) and called in _WHOLE and isinstance(node.func.value, ast.Name):
            if not node.keywords and not node.args:
                yield from self.wanted & self._bodies.get(node.func.value.id, frozenset())
        elif called in _SHOWING:
            for argument in node.args:
                yield from self.held_by(argument, depth)
        elif _is_body(node):
            yield from self.wanted & self._read

    def _of_dict(self, node: ast.Dict, depth: int) -> Iterator[str]:
        given = {joined(text_of(key)) for key in node.keys if key is not None}
        for key, value in zip(node.keys, node.values, strict=True):
            found = self.held_by(value, depth)
            # What is unpacked first is replaced by what is named after it.
            yield from found if key is not None else (name for name in found if name not in given)

    @cached_property
    def _values(self) -> dict[str, list[ast.expr]]:
        values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.function.node):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        values.setdefault(target.id, []).append(node.value)
        return values

    @cached_property
    def _read(self) -> frozenset[str]:
        """Keys that the function reads from anything."""
        keys = [node.slice for node in ast.walk(self.function.node) if isinstance(node, ast.Subscript)]
        keys += [
            node.args[0]
            for node in ast.walk(self.function.node)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "pop")
            and node.args
        ]
        return frozenset(joined(text_of(key)) for key in keys)

    @cached_property
    def _bodies(self) -> dict[str, frozenset[str]]:
        """Variables that hold a whole body of a request, with the fields that it is known to have."""
        found = {name: self._read for name, values in self._values.items() if any(_is_body(value) for value in values)}
        arguments = self.function.node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if isinstance(argument.annotation, ast.Name) and argument.annotation.id in self._models:
                found[argument.arg] = self._models[argument.annotation.id]
        return found

    @cached_property
    def _models(self) -> dict[str, frozenset[str]]:
        """The fields of the classes of the module that annotate some."""
        return {
            node.name: frozenset(
                joined(each.target.id)
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and not _hides(each.annotation)
            )
            for node in ast.walk(self.function.module.file.tree)
            if isinstance(node, ast.ClassDef)
        }


def _is_body(value: ast.expr) -> bool:
    """Whether an expression is the whole body of a request, read as JSON or as a form."""
    return _BODY.fullmatch(ast.unparse(value)) is not None


def _hides(annotation: ast.expr) -> bool:
    """Whether a type does not show its value when it is printed."""
    return "Secret" in ast.unparse(annotation)
