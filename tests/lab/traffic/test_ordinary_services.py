"""Small services of the ordinary kind, each with something that a naive client does not do."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

import pytest

from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.encode import FORM, MULTIPART
from crashworthy.lab.traffic.memory import Memory, memory_of
from crashworthy.lab.traffic.player import Player

SERVICES = Path(__file__).parent / "services"


def maker_in(name: str) -> Any:
    """The function `make` of a service's file."""
    spec = importlib.util.spec_from_file_location(name, SERVICES / f"{name}.py")
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module.make


PLATE = r"^[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4}$"
TEXTS = {"code", "ticket_id", "name", "slug", "user", "passwd"}


def operation(
    name: str, fields: tuple[str, ...] = (), kind: str = "application/json", **keywords: str | None
) -> Operation:
    method, path = name.split(" ")
    ids = [part.partition("}")[0] for part in path.split("{")[1:]]
    declared = {field: {"type": "object" if field == "data" else "string", **keywords} for field in fields}
    schema = {"type": "object", "properties": declared}
    return Operation(
        method=method,
        path=path,
        parameters=tuple(
            Parameter(
                name=each,
                where=ParameterIn.PATH,
                required=True,
                data_schema={"type": "string" if each in TEXTS else "integer"},
            )
            for each in ids
        ),
        body=Body(content_type=kind, data_schema=schema) if fields else None,
        source="routes",
    )


def upload(name: str, field: str) -> Operation:
    return operation(name, (field,), MULTIPART, format="binary")


SERVED: dict[str, tuple[bool, tuple[Operation, ...]]] = {
    "etag_notes": (
        True,
        (
            operation("POST /notes", ("text",)),
            operation("GET /notes/{note_id}"),
            operation("PUT /notes/{note_id}", ("text",)),
            operation("POST /notes/{note_id}/archive"),
            operation("DELETE /notes/{note_id}"),
        ),
    ),
    "basic_ledger": (False, (operation("POST /signup", ("username", "password")), operation("GET /entries"))),
    "digest_ledger": (
        False,
        (
            operation("POST /signup", ("username", "password")),
            operation("POST /entries"),
            operation("GET /entries/{entry_id}"),
        ),
    ),
    "town_pages": (
        False,
        (
            operation("GET /"),
            operation("GET /{name}"),
            operation("GET /{name}/{slug}"),
            operation("POST /{name}/{slug}/letters"),
        ),
    ),
    "two_tokens": (
        False,
        (
            operation("POST /register", ("username", "password")),
            operation("POST /login", ("username", "password")),
            operation("POST /renew"),
            operation("GET /me"),
        ),
    ),
    "night_desk": (
        False,
        (
            operation("POST /register", ("username", "password")),
            operation("POST /login", ("username", "password")),
            operation("POST /logout"),
            operation("POST /payments"),
            operation("GET /payments"),
            operation("GET /payments/{payment_id}"),
            operation("DELETE /payments/{payment_id}"),
        ),
    ),
    "shared_kitchen": (
        False,
        (
            operation("POST /signup", ("username", "password")),
            operation("POST /kitchens"),
            operation("POST /kitchens/join", ("join_code",)),
            operation("POST /kitchens/{kitchen_id}/leave"),
        ),
    ),
    "form_desk": (
        False,
        (
            operation("GET /tickets/new"),
            operation("POST /tickets/new", ("subject",), FORM),
            operation("POST /tickets/close-all"),
            operation("GET /tickets"),
        ),
    ),
    "shared_links": (
        True,
        (operation("POST /drops"), operation("GET /shared/{code}"), operation("DELETE /shared/{code}")),
    ),
    "picture_album": (
        False,
        (
            operation("POST /keys"),
            operation("POST /albums"),
            operation("PUT /albums/{album_id}/cover"),
            upload("POST /albums/{album_id}/captions", "file"),
            operation("PUT /albums/{album_id}/parts/{number}"),
        ),
    ),
    "car_park": (
        False,
        (
            operation("POST /spots"),
            operation("POST /tickets", ("plate",), pattern=PLATE),
            operation("POST /tickets/{ticket_id}/exit"),
        ),
    ),
    "named_accounts": (
        False,
        (operation("POST /accounts", ("data",)), operation("PUT /boxes/{name}"), operation("GET /boxes/{name}")),
    ),
    "first_is_chief": (
        False,
        (
            operation("POST /signup", ("email", "password")),
            operation("POST /login", ("email", "password")),
            operation("POST /tools", ("name",)),
            operation("POST /tools/{tool_id}/borrow"),
        ),
    ),
    "sealed_desk": (
        False,
        (
            operation("POST /signup", ("username", "password")),
            operation("POST /login", ("username", "password")),
            operation("GET /letters"),
            operation("POST /letters"),
            operation("DELETE /letters/{letter_id}"),
        ),
    ),
    "house_errands": (
        False,
        (
            operation("POST /houses"),
            operation("POST /houses/{house_id}/errands"),
            operation("POST /houses/{house_id}/errands/{task_id}/done"),
            operation("DELETE /houses/{house_id}/errands/{task_id}"),
        ),
    ),
    "long_tokens": (
        False,
        (
            operation("POST /register", ("username", "password")),
            operation("POST /login", ("username", "password")),
            operation("POST /notes", ("text",)),
            operation("GET /notes/{note_id}"),
        ),
    ),
    "paste_shelf": (
        False,
        (
            operation("GET /"),
            operation("POST /pastes", ("language",), FORM),
            operation("GET /{slug}"),
            operation("GET /download/{slug}"),
        ),
    ),
    "picky_clerk": (
        False,
        (
            operation("GET /doors/{user}/{passwd}"),
            operation("GET /chart"),
            operation("GET /answers/status/{codes}"),
            operation("GET /whoever"),
        ),
    ),
    "endless_events": (True, (operation("GET /feed"),)),
}


def learned(testbed: Any, tree: Any, operations: tuple[Operation, ...], memory: Memory | None = None) -> Playbook:
    return learn(
        LearnContext(
            testbed=testbed,
            tree=tree,
            operations=operations,
            environment={"TOKEN_SECRET": "kept-by-the-service"},
            seed=1,
            deadline=time.monotonic() + 60,
            emit=lambda _event: None,
            memory=memory,
        )
    )


@pytest.mark.parametrize("name", SERVED)
def test_every_operation_is_reached_and_every_way_replays(thread_testbed, tree_of, name: str) -> None:
    asgi, operations = SERVED[name]
    testbed = thread_testbed(maker_in(name), asgi=asgi)
    playbook = learned(testbed, tree_of(), operations)
    assert playbook.unreached == ()
    for way in playbook.ways:
        with testbed.fresh() as instance:
            answer = Player(instance.base_url).play(way.steps).exchanges[-1].response
        assert answer is not None
        assert answer.status == way.status, way
    again = learned(testbed, tree_of(), operations, memory_of(playbook, tree_of(), operations))
    assert again.reached == playbook.reached
    assert again.requests < playbook.requests
