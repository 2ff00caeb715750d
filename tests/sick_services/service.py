"""What a sick service is, and how its operations and the ways to them are written down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Api:
    """Operations and the ways to them."""

    operations: tuple[Operation, ...]
    playbook: Playbook


@dataclass(frozen=True)
class SickService:
    """One weakness in one service: the files of the sick one and of its healthy twins, and where to attack.

    `idempotent` and `workers` are what its crashworthy.toml would say. Without an `operation` it is about the start;
    several are what a candidate tries together.
    """

    name: str
    framework: str
    sick: str | None
    healthy: tuple[str, ...]
    api: Api
    operation: str | tuple[str, ...] | None
    postgresql: bool = False
    redis: bool = False
    idempotent: tuple[str, ...] = ()
    workers: int = 1


def step(
    method: str,
    template: str,
    *,
    body: Json = None,
    path: str | None = None,
    save: str | None = None,
    saved_at: str = "/id",
    headers: dict[str, str] | None = None,
    actor: str = "A",
) -> Step:
    """A request; `save` names the value at `saved_at` of its answer."""
    return Step(
        actor=actor,
        operation=f"{method} {template}",
        method=method,
        path=path or template,
        headers=tuple((headers or {}).items()),
        body=body,
        content_type="application/json" if body is not None else None,
        saves=(Save(name=save, path=saved_at),) if save else (),
    )


def operation(
    method: str,
    path: str,
    body: dict[str, Json] | None = None,
    source: str = "routes",
    headers: tuple[str, ...] = (),
) -> Operation:
    """An operation; `headers` are those that it declares."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    in_path = [Parameter(name=name, where=ParameterIn.PATH, required=True) for name in names]
    in_header = [Parameter(name=name, where=ParameterIn.HEADER, required=True) for name in headers]
    return Operation(
        method=method,
        path=path,
        parameters=(*in_path, *in_header),
        body=Body(data_schema=body) if body is not None else None,
        source=source,
    )


def api(*operations: Operation, ways: tuple[tuple[Step, ...], ...]) -> Api:
    found = tuple(Way(operation=steps[-1].operation, actor=steps[-1].actor, status=200, steps=steps) for steps in ways)
    return Api(operations, Playbook(ways=found))


def object_of(*names: str, kind: str = "integer", required: bool = True) -> dict[str, Json]:
    """A JSON Schema with properties of one kind."""
    properties: dict[str, Json] = {name: {"type": kind} for name in names}
    schema: dict[str, Json] = {"type": "object", "properties": properties}
    return {**schema, "required": list(names)} if required else schema
