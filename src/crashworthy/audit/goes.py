"""The base of rules that suspect what has a certain name to go where it should not."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from crashworthy.audit.named import Names, text_of
from crashworthy.audit.rule import Context, Hit, Rule

_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_WRITERS = frozenset({"execute", "executemany", "fetchrow", "fetchval"})


class Goes(Rule):
    """Looks for calls that are given the whole value of something that is called one of `wanted`."""

    wanted: ClassVar[frozenset[str]]

    @abstractmethod
    def given(self, call: ast.Call) -> Sequence[ast.expr]:
        """The arguments of a call that matter; none where the call is no business of the rule."""

    @abstractmethod
    def message(self, name: str) -> str:
        """What is suspected of a value of that name, in a sentence without an end."""

    def find(self, context: Context) -> Iterator[Hit]:
        """Such calls in all functions of the service."""
        for function in context.analysis.index.functions.values():
            names = Names(function, self.wanted)
            for node in ast.walk(function.node):
                for argument in self.given(node) if isinstance(node, ast.Call) else ():
                    name = next(names.held_by(argument), None)
                    if name is not None:
                        yield Hit(node, function, self.message(name))
                        break


def logged(call: ast.Call) -> Sequence[ast.expr]:
    """What a call prints or logs."""
    if isinstance(call.func, ast.Name):
        return call.args if call.func.id in ("print", "pprint") else ()
    if isinstance(call.func, ast.Attribute) and call.func.attr in _LEVELS and "log" in ast.unparse(call.func).lower():
        return [*call.args, *(keyword.value for keyword in call.keywords)]
    return ()


def stored(call: ast.Call) -> Sequence[ast.expr]:
    """What a call inserts into a table."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _WRITERS or not call.args:
        return ()
    texts = [text_of(node) for node in ast.walk(call.args[0])]
    statement = " ".join(texts).lstrip().upper()
    return call.args[1:] if statement.startswith(("INSERT", "UPDATE", "REPLACE")) else ()
