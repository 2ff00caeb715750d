"""Locks and context managers."""

from __future__ import annotations

import ast

from crashworthy.source.flow.base import MachineBase
from crashworthy.source.flow.constants import (
    unstarred,
)
from crashworthy.source.flow.state import Frame
from crashworthy.source.flow.values import (
    FunctionValue,
    Instance,
    Value,
)
from crashworthy.source.index import dotted_name
from crashworthy.source.symbols import External, Function

_LOCK_NAMES = ("lock", "mutex", "semaphore")
_LOCK_CLASSES = frozenset(
    {"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "FileLock", "InterProcessLock"}
)


class Locks(MachineBase):
    """The part of the machine that knows them."""

    def is_lock(self, expression: ast.expr, frame: Frame) -> bool:
        """Whether an expression is a lock, by its class or else by its name."""
        target = expression.func if isinstance(expression, ast.Call) else expression
        symbol = self.index.resolve(target, frame.scope)
        made = symbol if isinstance(expression, ast.Call) else self.index.instance_of(symbol)
        if isinstance(made, External) and made.dotted.rpartition(".")[2] in _LOCK_CLASSES:
            return True
        if isinstance(made, Function):
            return False  # a context manager of the folder: what it does is seen by running it
        name = ast.unparse(target).lower().rpartition(".")[2]
        if isinstance(target, ast.Subscript):
            name = ast.unparse(target.value).lower()
        return any(word in name for word in _LOCK_NAMES) and "block" not in name and "clock" not in name

    def own_manager(
        self, expression: ast.expr, frame: Frame
    ) -> tuple[FunctionValue, list[Value], dict[str, Value]] | None:
        """The generator function of the folder behind `with f(...)`, with its arguments."""
        if not isinstance(expression, ast.Call):
            return None
        symbol = self.index.resolve(expression.func, frame.scope)
        if not isinstance(symbol, Function) or not any(isinstance(part, ast.Yield) for part in ast.walk(symbol.node)):
            return None
        arguments = [self.evaluate(unstarred(argument), frame) for argument in expression.args]
        keywords = {keyword.arg or "**": self.evaluate(keyword.value, frame) for keyword in expression.keywords}
        owner = None
        if isinstance(expression.func, ast.Attribute):
            held = self.evaluate(expression.func.value, frame)
            owner = held if isinstance(held, Instance) else None
        return FunctionValue(symbol, owner=owner), arguments, keywords

    def suppressed(self, expression: ast.expr) -> frozenset[str]:
        """The exceptions that `contextlib.suppress(...)` swallows."""
        if isinstance(expression, ast.Call) and (dotted_name(expression.func) or "").endswith("suppress"):
            return frozenset((dotted_name(one) or "").rpartition(".")[2] for one in expression.args)
        return frozenset()


def gives_up(node: ast.Call) -> bool:
    """Whether `acquire` does not wait: `acquire(blocking=False)`."""
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "blocking")]
    return any(isinstance(one, ast.Constant) and one.value is False for one in given)
