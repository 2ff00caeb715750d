"""Tiny services for the driver, each begun anew by a testbed that keeps to the contract of crashworthy.lab.testbed."""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from werkzeug.serving import make_server

from crashworthy.core.events import OperationsReached
from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.discover import Discovery
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.player import Player
from crashworthy.source.tree import SourceFile, SourceTree


@dataclass
class ThreadInstance:
    base_url: str
    ready_s: float = 0.0

    def alive(self) -> bool:
        return True


class ThreadTestbed:
    """Fresh copies of a WSGI or ASGI application that `make` makes, each served by a thread."""

    def __init__(self, make: Callable[[], object], *, asgi: bool = False) -> None:
        self.make = make
        self.asgi = asgi
        self.copies = 0

    @contextmanager
    def fresh(self) -> Iterator[ThreadInstance]:
        self.copies += 1
        with self._asgi() if self.asgi else self._wsgi() as url:
            yield ThreadInstance(url)

    @contextmanager
    def _wsgi(self) -> Iterator[str]:
        server = make_server("127.0.0.1", 0, self.make(), threaded=True)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)
            server.server_close()

    @contextmanager
    def _asgi(self) -> Iterator[str]:
        server = uvicorn.Server(uvicorn.Config(self.make(), port=0, log_level="error", lifespan="off"))  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.005)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)


@pytest.fixture
def thread_testbed() -> type[ThreadTestbed]:
    return ThreadTestbed


@pytest.fixture
def tree_of() -> Callable[..., SourceTree]:
    """A source tree by hand."""

    def make(
        text: str = "", root: Path = Path("/nowhere"), operations: tuple = (), environment: tuple = ()
    ) -> SourceTree:
        return SourceTree(
            root=root,
            files=(SourceFile("app.py", "app", text, ast.parse(text)),),
            applications=(),
            operations=operations,
            environment=environment,
            outbound=(),
            requirements=(),
            imports=frozenset(),
        )

    return make


@pytest.fixture
def run() -> Callable[..., Playbook]:
    """Let the driver learn a service, within a minute."""

    def learned(testbed: Any, tree: Any, found: Discovery, **options: Any) -> Playbook:
        events: list[Any] = []
        context = LearnContext(
            testbed=testbed,
            tree=tree,
            operations=found.operations,
            schemes=found.schemes,
            seed=options.pop("seed", 1),
            deadline=time.monotonic() + 60,
            emit=events.append,
            **options,
        )
        playbook = learn(context)
        assert isinstance(events[-1], OperationsReached)
        assert events[-1].reached == len(playbook.reached)
        return playbook

    return learned


@pytest.fixture
def assert_replays() -> Callable[[Any, Playbook], None]:
    """Each way gets its status once more, from a fresh state."""

    def replay(testbed: Any, playbook: Playbook) -> None:
        for way in playbook.ways:
            with testbed.fresh() as instance:
                played = Player(instance.base_url).play(way.steps)
            answer = played.exchanges[-1].response
            assert answer is not None
            assert answer.status == way.status, way

    return replay


@pytest.fixture
def plain() -> Callable[..., Operation]:
    """An operation as routes without models give it: names only."""

    def make(name: str, *, body: dict[str, Any] | None = None, kind: str = "application/json") -> Operation:
        method, path = name.split(" ")
        names = [part.partition("}")[0] for part in path.split("{")[1:]]
        parameters = [
            Parameter(name=each, where=ParameterIn.PATH, required=True, data_schema={"type": "integer"})
            for each in names
        ]
        schema = {"type": "object", "properties": body} if body is not None else None
        return Operation(
            method=method,
            path=path,
            parameters=tuple(parameters),
            body=Body(content_type=kind, data_schema=schema) if schema else None,
            source="routes",
        )

    return make
