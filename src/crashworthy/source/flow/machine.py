"""Runs statements of the source over unknown values."""

from __future__ import annotations

import ast

from crashworthy.source.flow.answers import Answers
from crashworthy.source.flow.assignments import Assignments
from crashworthy.source.flow.knowledge import Knowledge
from crashworthy.source.flow.refusal import is_refusal, never_returns
from crashworthy.source.flow.state import Frame, State, merged
from crashworthy.source.flow.values import (
    UNKNOWN,
    FunctionValue,
    Instance,
    Known,
    Moment,
    Row,
    Several,
    Value,
)
from crashworthy.source.index import dotted_name
from crashworthy.source.symbols import Function, Variable

_MAX_DEPTH = 8
_MAX_ROUNDS = 20


class Machine(Assignments):
    """Runs one handler. `answers` are the shapes of what outbound calls (by id of the call) answer."""

    def __init__(self, knowledge: Knowledge, state: State, answers: Answers) -> None:
        super().__init__(knowledge, state, answers)

    # Functions

    def invoke(
        self,
        callee: FunctionValue,
        arguments: list[Value],
        keywords: dict[str, Value],
        *,
        is_open: bool = False,
        depth: int = 0,
        inner: tuple[Frame, list[ast.stmt], ast.expr | None] | None = None,
    ) -> Value:
        """Run a function of the folder; `is_open` when it is also given arguments that are not known one by one.

        `inner` is the body of a `with` statement, run where the function (a context manager) yields.
        """
        function = callee.function
        self.state.step()
        if depth > _MAX_DEPTH or self.state.active.count(function.key) > 1:
            return UNKNOWN
        frame = Frame(function, dict(callee.closure), depth=depth)
        if inner is not None:
            frame.outer, frame.body_of_with, frame.with_target = inner
        self._bind(frame, callee, arguments, keywords, is_open)
        self.state.active.append(function.key)
        try:
            self.run(function.node.body, frame)
        finally:
            self.state.active.pop()
        return merged(frame.returns)

    def _bind(
        self, frame: Frame, callee: FunctionValue, arguments: list[Value], keywords: dict[str, Value], is_open: bool
    ) -> None:
        function = callee.function
        given = list(arguments)
        if function.owner is not None and "staticmethod" not in _decorator_names(function):
            given.insert(0, callee.owner or Instance(function.owner))
        for parameter in function.parameters.values():
            if parameter.name in keywords:
                frame.env[parameter.name] = keywords[parameter.name]
            elif parameter.position is not None and parameter.position < len(given):
                frame.env[parameter.name] = given[parameter.position]
            elif is_open and parameter.name in self.state.given:
                frame.env[parameter.name] = self.state.given[parameter.name]
            elif parameter.default is not None:
                outside = Frame(function.parent or function, depth=frame.depth)
                frame.env[parameter.name] = self.evaluate(parameter.default, outside)
            else:
                frame.env[parameter.name] = UNKNOWN
        if function.node.args.vararg is not None:
            frame.env[function.node.args.vararg.arg] = Several(tuple(given[len(function.parameters) :]))

    # Statements

    def run(self, statements: list[ast.stmt], frame: Frame) -> bool:
        """Run statements in order; True when control does not go on behind them."""
        for statement in statements:
            self.state.step()
            if self._run_one(statement, frame):
                return True
        return False

    def _run_one(self, statement: ast.stmt, frame: Frame) -> bool:
        match statement:
            case ast.Return(value=value):
                result = self.evaluate(value, frame) if value is not None else Known(None)
                if isinstance(result, Row) and result.may_be_none and self.state.knows(result, "present"):
                    result = self.certain(result)
                frame.returns.append(result)
                return True
            case ast.Raise(exc=exception):
                if exception is not None:
                    self.evaluate(exception, frame)
                return True
            case ast.Continue() | ast.Break():
                return True
            case ast.Expr(value=value):
                self.evaluate(value, frame)
                return isinstance(value, ast.Call) and never_returns(self.index, value, frame.scope)
            case ast.Assign(targets=targets, value=value):
                result = self.evaluate(value, frame)
                for target in targets:
                    self.assign(target, result, frame, statement)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.assign(target, self.evaluate(value, frame), frame, statement)
            case ast.AugAssign(target=target, value=value):
                self._augmented(statement, target, value, frame)
            case ast.If():
                return self._if(statement, frame)
            case ast.For() | ast.AsyncFor():
                self._for(statement, frame)
            case ast.While(test=test, body=body):
                self.evaluate(test, frame)
                with self.state.branch():
                    self._assume(test, True, frame)
                    self.run(body, frame)
            case ast.With() | ast.AsyncWith():
                return self._with(statement, list(statement.items), frame)
            case ast.Try():
                return self._try(statement, frame)
            case ast.Match(subject=subject, cases=cases):
                self.evaluate(subject, frame)
                for case in cases:
                    with self.state.branch():
                        self.run(case.body, frame)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._delete(target, frame)
            case ast.Assert(test=test):
                self.evaluate(test, frame)
                self._assume(test, True, frame)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                function = frame.scope.names.get(statement.name)
                if isinstance(function, Function):
                    frame.env[statement.name] = FunctionValue(function, frame.env)
            case _:
                pass
        return False

    # Branches

    def _if(self, statement: ast.If, frame: Frame) -> bool:
        value = self.evaluate(statement.test, frame)
        truth = self.truth(value, statement.test)
        if truth is not None:
            return self.run(statement.body if truth else statement.orelse, frame)
        facts = self.read_facts(frame)
        when_true, when_false = facts.of(statement.test, True), facts.of(statement.test, False)
        refuses = is_refusal(self.index, statement.body, frame.scope)
        refuses_else = is_refusal(self.index, statement.orelse, frame.scope)
        columns = facts.columns(statement.test)
        if refuses or refuses_else:
            for column in columns:
                column.row.checked[column.name] = Moment(self.state.session, self.state.awaits)
        before = dict(frame.env)
        with self.state.branch():
            for fact in when_true:
                self.state.know(fact.thing, fact.knows)
            ends = self.run(statement.body, frame)
        after_body, frame.env = frame.env, dict(before)
        with self.state.branch():
            for fact in when_false:
                self.state.know(fact.thing, fact.knows)
            ends_else = self.run(statement.orelse, frame)
        if ends != ends_else:
            kept, refused = (when_false, refuses) if ends else (when_true, refuses_else)
            for fact in kept:
                self.state.know(fact.thing, fact.knows)
                if refused:
                    fact.apply()
        if ends_else and not ends:
            frame.env = after_body
        elif not ends:
            for name, value_after in after_body.items():
                here = frame.env.get(name, UNKNOWN)
                if here is not value_after:
                    frame.env[name] = merged([value_after, here])
        return ends and ends_else

    def _assume(self, test: ast.expr, truth: bool, frame: Frame) -> None:
        for fact in self.read_facts(frame).of(test, truth):
            self.state.know(fact.thing, fact.knows)

    def _for(self, statement: ast.For | ast.AsyncFor, frame: Frame) -> None:
        iterable = self.evaluate(statement.iter, frame)
        if isinstance(statement, ast.AsyncFor):
            self.state.awaits += 1
        for element in self.elements(iterable, statement.iter, frame)[:_MAX_ROUNDS]:
            self.assign(statement.target, element, frame, statement)
            self.run(statement.body, frame)
        self.run(statement.orelse, frame)

    def _try(self, statement: ast.Try, frame: Frame) -> bool:
        caught = frozenset(
            name
            for handler in statement.handlers
            if not _reraises(handler)
            for name in self.caught_names(handler, frame)
        )
        self.state.catching.append(caught)
        before = dict(frame.env)
        try:
            ends = self.run(statement.body, frame)
        finally:
            self.state.catching.pop()
        if not ends:
            ends = self.run(statement.orelse, frame)
        after = frame.env
        all_end = True
        for handler in statement.handlers:
            frame.env = before | after
            with self.state.branch():
                all_end &= self.run(handler.body, frame)
        frame.env = after
        return self.run(statement.finalbody, frame) or (ends and all_end)

    def caught_names(self, handler: ast.ExceptHandler, frame: Frame) -> list[str]:
        """The bare names of the exceptions that a handler catches."""
        if handler.type is None:
            return ["BaseException"]
        listed = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names: list[str] = []
        for one in listed:
            symbol = self.index.resolve(one, frame.scope)
            if isinstance(symbol, Variable) and symbol.values and isinstance(symbol.values[-1], ast.Tuple):
                names.extend((dotted_name(element) or "").rpartition(".")[2] for element in symbol.values[-1].elts)
            names.append((dotted_name(one) or "").rpartition(".")[2])
        return names

    # Context managers

    def _with(self, statement: ast.With | ast.AsyncWith, items: list[ast.withitem], frame: Frame) -> bool:
        if not items:
            return self.run(statement.body, frame)
        item, rest = items[0], items[1:]
        expression = item.context_expr
        if self.is_lock(expression, frame):
            with self.state.critical():
                if isinstance(statement, ast.AsyncWith):
                    self.state.awaits += 1
                return self._with(statement, rest, frame)
        manager = self.own_manager(expression, frame)
        if manager is not None and not rest:
            callee, arguments, keywords = manager
            inner = (frame, statement.body, item.optional_vars)
            with self.state.transaction(False):
                self.invoke(callee, arguments, keywords, depth=frame.depth + 1, inner=inner)
            return frame.memo.pop(id(statement.body), UNKNOWN) == Known(True)
        value = self.evaluate(expression, frame)
        if isinstance(statement, ast.AsyncWith):
            self.state.awaits += 1
        if item.optional_vars is not None:
            self.assign(item.optional_vars, value, frame, statement)
        self.state.catching.append(self.suppressed(expression))
        try:
            with self.state.transaction(_is_atomic(expression)):
                return self._with(statement, rest, frame)
        finally:
            self.state.catching.pop()

    def on_yield(self, value: Value, frame: Frame) -> None:
        """A generator yields: run the body of the `with` statement that it stands behind."""
        outer, body = frame.outer, frame.body_of_with
        if outer is None or body is None:
            frame.returns.append(value)
            return
        frame.outer = frame.body_of_with = None
        if frame.with_target is not None:
            self.assign(frame.with_target, value, outer, frame.with_target)
        ends = self.run(body, outer)
        outer.memo[id(body)] = Known(ends)


def _is_atomic(expression: ast.expr) -> bool:
    """Whether `with` opens a transaction that is committed at the end of the block."""
    name = ast.unparse(expression.func) if isinstance(expression, ast.Call) else ""
    return name.rpartition(".")[2] in {"atomic", "begin", "transaction"}


def _reraises(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1] if handler.body else None
    return isinstance(last, ast.Raise) and (
        last.exc is None or (isinstance(last.exc, ast.Name) and last.exc.id == handler.name)
    )


def _decorator_names(function: Function) -> frozenset[str]:
    return frozenset((dotted_name(decorator) or "").rpartition(".")[2] for decorator in function.node.decorator_list)
