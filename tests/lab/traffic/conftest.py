"""Tiny services for the driver, each begun anew by a testbed that keeps to the contract of crashworthy.lab.testbed."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from werkzeug.serving import make_server

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
