"""The routes that the running service has, by its own account: see crashworthy_sensor.routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from crashworthy.core.history import SensorEvent
from crashworthy.core.operation import Body
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.player import Player
from crashworthy.source.routes.syntaxes import TEXT, named, read_pieces, schema_of_pattern

EVENT = "routes"
_SETTLE_S = 0.05
_TIMEOUT_S = 5.0
_TRIES = 2
_PLAN: dict[str, Json] = {"routes": True}
# Any path does: the application is looked through before it answers.
_ASKED_AT = "/"

Schema = dict[str, Json]


@runtime_checkable
class Watched(Protocol):
    """A running service with the sensor in it; see crashworthy.lab.testbed.Instance."""

    @property
    def base_url(self) -> str: ...  # noqa: D102
    def drain(self, settle_s: float = 0.0) -> tuple[SensorEvent, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class RunningRoute:
    """One method and path. `method` is None where the service did not tell it.

    `file`, `line` and `symbol` are where the handler's code begins: relative to the service's folder where it is
    `own`, else an absolute path. `foreign` are a framework's own pages: documentation, static files, administration.
    """

    method: str | None
    path: str
    framework: str
    path_schemas: Mapping[str, Schema] = field(default_factory=dict)
    file: str | None = None
    line: int = 0
    symbol: str = ""
    own: bool = False
    foreign: bool = False
    body: Body | None = None

    @property
    def function(self) -> str:
        """The qualified name of the handler as the source has it, without `<locals>`."""
        return self.symbol.replace(".<locals>", "")


@dataclass(frozen=True)
class Running:
    """What a running service told of itself; `complete` when nothing else can be behind its paths.

    `documents` are OpenAPI descriptions that it can make of itself, with the prefixes that they stand below.
    """

    routes: tuple[RunningRoute, ...] = ()
    complete: bool = False
    documents: tuple[tuple[str, Schema], ...] = ()


def ask(instance: object) -> Running:
    """The routes of a service; none where it has no sensor, or none of its frameworks is known."""
    if not isinstance(instance, Watched):
        return Running()
    step = Step(actor="nobody", operation=f"GET {_ASKED_AT}", method="GET", path=_ASKED_AT)
    player = Player(instance.base_url, sensor=True, timeout_s=_TIMEOUT_S)
    running = Running()
    for _ in range(_TRIES):
        instance.drain()
        player.play((step,), plan=_PLAN)
        told = [event for event in instance.drain(_SETTLE_S) if event.kind == EVENT]
        running = read(told[-1].data) if told else running
        if running.routes or not told:
            break  # some build their routes with the first answer
    return running


def read(data: Mapping[str, Any]) -> Running:
    """An event's data; the service is not trusted with its form."""
    routes: dict[tuple[str | None, str], RunningRoute] = {}
    for told in data.get("routes") or ():
        if isinstance(told, dict):
            for route in _routes(told):
                routes.setdefault((route.method, route.path), route)
    documents = [
        (pair[0], pair[1])
        for pair in data.get("documents") or ()
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], dict)
    ]
    return Running(tuple(routes.values()), data.get("complete") is True, tuple(documents))


def _routes(told: Mapping[str, Any]) -> Iterator[RunningRoute]:
    pieces = [(piece[0], piece[1]) for piece in told.get("path") or () if _is_piece(piece)]
    place = told.get("place")
    file, line, symbol = place if isinstance(place, list) and len(place) == 3 else (None, 0, "")
    body, methods, patterns = told.get("body"), told.get("methods"), told.get("patterns")
    arguments = [str(each) for each in told.get("arguments") or ()]
    for found in read_pieces(pieces):
        path, schemas = named(found, arguments)
        for name, pattern in patterns.items() if isinstance(patterns, dict) else ():
            if schemas.get(name, TEXT) == TEXT:
                schemas[name] = schema_of_pattern(str(pattern))
        for method in [str(each) for each in methods] if isinstance(methods, list) else [None]:
            yield RunningRoute(
                method=method,
                path=path,
                framework=str(told.get("framework", "unknown")),
                path_schemas=schemas,
                file=str(file) if file else None,
                line=line if isinstance(line, int) else 0,
                symbol=str(symbol),
                own=told.get("own") is True,
                foreign=told.get("foreign") is True,
                body=Body(content_type=str(told.get("content_type") or "application/json"), data_schema=body)
                if isinstance(body, dict)
                else None,
            )


def _is_piece(piece: object) -> bool:
    return isinstance(piece, list) and len(piece) == 2 and all(isinstance(each, str) for each in piece)
