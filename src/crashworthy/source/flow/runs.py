"""Runs of all handlers of a folder, and of the functions that no handler reaches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from crashworthy.core.operation import Body
from crashworthy.source.flow.answers import Answers
from crashworthy.source.flow.decorators import decorated, wraps
from crashworthy.source.flow.events import Event
from crashworthy.source.flow.handlers import handled_everywhere
from crashworthy.source.flow.knowledge import Knowledge
from crashworthy.source.flow.machine import Machine
from crashworthy.source.flow.shape import Shape
from crashworthy.source.flow.state import OutOfStepsError, State
from crashworthy.source.flow.values import (
    UNKNOWN,
    FunctionValue,
    Inputs,
    Instance,
    Known,
    Raw,
    Ref,
    Request,
    Value,
)
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.outbound import Outbound
from crashworthy.source.routes.fastapi import dependencies
from crashworthy.source.routes.route import Route
from crashworthy.source.schema_types import Schema
from crashworthy.source.symbols import Class, Function, Parameter, Scope

# Bounds on the work: for a handler, for a function by itself, and for all of them in a folder.
HTTP_SERVER = "http.server"
_BARE_HANDLERS = (".BaseHTTPRequestHandler", ".SimpleHTTPRequestHandler")
_STEPS = 40_000
_STEPS_ALONE = 3_000
_ALL_STEPS = 2_000_000
_ALL_STEPS_ALONE = 300_000


@dataclass
class Run:
    """A run over one handler, or over a function by itself (then `route` is None)."""

    function: Function
    route: Route | None
    inputs: Inputs
    events: list[Event] = field(default_factory=list)
    is_complete: bool = True


class Runs:
    """Runs handlers. `answers` learns what outbound calls are answered."""

    def __init__(self, index: Index, outbound: Iterable[Outbound]) -> None:
        self.index = index
        self.answers = Answers(outbound)
        self.handled = handled_everywhere(index)
        self.knowledge = Knowledge(index)
        self.steps_left = _ALL_STEPS
        self.steps_left_alone = _ALL_STEPS_ALONE

    def of_route(self, route: Route, declared: Mapping[str, Schema], body: Body | None) -> Run:
        """Run a route's handler with everything around it.

        `declared` are schemas that the framework has checked the handler's parameters against, by name; `body` is
        the request body, where the signature declares it.
        """
        assert route.handler is not None
        inputs = Inputs()
        run = Run(route.handler, route, inputs)
        request = Request(inputs, route.framework, route.method)
        state = State(request=request, catching=[self.handled], steps_left=min(_STEPS, self.steps_left))
        machine = Machine(self.knowledge, state, self.answers)
        body_schema = body.data_schema if body is not None else None
        self._guarded(run, lambda: self._play(machine, route, request, declared, body_schema))
        run.events = state.events
        self.steps_left -= state.steps
        return run

    def of_function(self, function: Function) -> Run:
        """Run a function by itself, over unknown arguments."""
        run = Run(function, None, Inputs())
        state = State(steps_left=min(_STEPS_ALONE, self.steps_left_alone))
        machine = Machine(self.knowledge, state, self.answers)
        self._guarded(run, lambda: machine.invoke(FunctionValue(function), [], {}))
        run.events = state.events
        self.steps_left_alone -= state.steps
        return run

    def _guarded(self, run: Run, play: Callable[[], object]) -> None:
        try:
            play()
        except (OutOfStepsError, RecursionError):
            run.is_complete = False

    def _play(
        self, machine: Machine, route: Route, request: Request, declared: Mapping[str, Schema], body: Schema | None
    ) -> None:
        handler = route.handler
        assert handler is not None
        binder = _Binder(machine, route, request, declared, body)
        machine.state.given = {parameter.name: binder.value(parameter) for parameter in handler.parameters.values()}
        done: set[str] = set()
        for hook in (*route.wrappers, *route.dependencies):
            if hook.key not in done and not wraps(hook) and not binder.has_run(hook):
                done.add(hook.key)
                machine.invoke(
                    FunctionValue(hook), [], {name: binder.value(one) for name, one in hook.parameters.items()}
                )
        machine.state.is_atomic = any("atomic" in ast.unparse(one) for one in handler.node.decorator_list)
        bare = FunctionValue(handler, owner=self._self(handler, request), is_bare=True)
        entry = decorated(self.index, bare)
        first = [request] if entry.function is not handler and _takes_request(route) else []
        named = machine.state.given if entry.function is handler else {}
        machine.invoke(entry, list(first), dict(named), is_open=True)

    def _self(self, handler: Function, request: Request) -> Instance | None:
        return handler_of(self.index, handler.owner, request) if handler.owner is not None else None


def _takes_request(route: Route) -> bool:
    return route.framework in {"django", "aiohttp", "starlette", "sanic", "pyramid"}


def handler_of(index: Index, class_: Class, request: Request) -> Instance:
    """An object whose methods serve requests, with what its base class keeps of the request."""
    attributes: dict[str, Value] = {"request": request}
    if index.inherits(class_, *_BARE_HANDLERS):
        attributes |= {
            "rfile": Raw(request.inputs.json),
            "headers": Ref(request.inputs.headers, is_text=True),
            "command": Known(request.method),
        }
    return Instance(class_, attributes)


class _Binder:
    """Gives parameters of handlers and dependencies their values."""

    def __init__(
        self, machine: Machine, route: Route, request: Request, declared: Mapping[str, Schema], body: Schema | None
    ) -> None:
        self.machine = machine
        self.route = route
        self.request = request
        self.declared = declared
        self.body = body
        self._results: dict[str, Value] = {}

    def has_run(self, function: Function) -> bool:
        """Whether a parameter already needed the function's result."""
        return function.key in self._results

    def value(self, parameter: Parameter, depth: int = 6) -> Value:
        """What a framework passes for a parameter."""
        function = parameter.function
        scope: Scope = function.parent or function
        if parameter.name in {"self", "cls"} and function.owner is not None:
            return self._handler(function.owner)
        if self._is_request(parameter):
            return self.request
        for expression in (parameter.annotation, parameter.default):
            for dependency in dependencies(self.machine.index, expression, scope):
                return self._result(dependency, depth)
        if "{" + parameter.name + "}" in self.route.path:
            shape = self.request.inputs.path.child(parameter.name)
            shape.declared = self.route.path_schemas.get(parameter.name) or self.declared.get(parameter.name)
            shape.is_given = shape.declared is not None and shape.declared.get("type") in {"integer", "number"}
            return Ref(shape, is_text=not shape.is_given)
        if parameter.name in self.declared:
            return Ref(Shape(parameter.name, declared=self.declared[parameter.name], is_given=True))
        if self.route.framework == HTTP_SERVER and parameter.position == 0 and parameter.annotation is None:
            return self._passed_on()
        return UNKNOWN

    def _handler(self, class_: Class) -> Instance:
        return handler_of(self.machine.index, class_, self.request)

    def _passed_on(self) -> Value:
        """What a function that a handler of `http.server` calls for a path is given first: that handler."""
        index = self.machine.index
        classes = [
            class_
            for module in index.service_modules
            if "HTTPRequestHandler" in module.file.text
            for class_ in module.classes
            if index.inherits(class_, *_BARE_HANDLERS)
        ]
        return self._handler(classes[0]) if len(classes) == 1 else UNKNOWN

    def _result(self, dependency: Function, depth: int) -> Value:
        if dependency.key not in self._results:
            self._results[dependency.key] = UNKNOWN
            keywords = {name: self.value(one, depth - 1) for name, one in dependency.parameters.items() if depth > 0}
            self._results[dependency.key] = self.machine.invoke(FunctionValue(dependency), [], keywords)
        return self._results[dependency.key]

    def _is_request(self, parameter: Parameter) -> bool:
        if parameter.annotation is not None:
            named = (dotted_name(parameter.annotation) or "").rpartition(".")[2]
            if named in {"Request", "HttpRequest", "HTTPConnection"}:
                return True
        is_first = parameter.position == (1 if parameter.function.owner is not None else 0)
        if parameter.name in {"request", "req"}:
            return True
        return (
            is_first
            and parameter.annotation is None
            and _takes_request(self.route)
            and ("{" + parameter.name + "}" not in self.route.path)
        )
