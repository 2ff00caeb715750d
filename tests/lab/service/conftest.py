from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from textwrap import dedent

import pytest

from crashworthy.core.events import Event
from crashworthy.lab.service.leftovers import RUN_MARK, end_all, marked
from crashworthy.lab.service.plan import ServicePlan, StartPlan
from crashworthy.lab.service.testbed import ServiceTestbed, open_testbed

WriteService = Callable[[dict[str, str]], Path]
OpenService = Callable[..., AbstractContextManager[ServiceTestbed]]


@pytest.fixture
def run_id() -> Iterator[str]:
    """A run's id; whatever the run left behind fails the test, and is ended."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    left = marked(RUN_MARK, name)
    end_all(lambda: marked(RUN_MARK, name))
    assert not left


@pytest.fixture
def write_service(tmp_path: Path) -> WriteService:
    """Writes the files of a service and returns its folder."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path / "copy"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return folder

    return write


@pytest.fixture
def events() -> list[Event]:
    """What the testbed told."""
    return []


@pytest.fixture
def open_service(tmp_path: Path, run_id: str, events: list[Event]) -> OpenService:
    """Opens a testbed for a folder, with this interpreter."""

    def open_(folder: Path, *starts: StartPlan, **options: object) -> AbstractContextManager[ServiceTestbed]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **options.pop("environment", {})}  # type: ignore[dict-item]
        plan = ServicePlan(folder, starts, run_id, Path(sys.executable), environment, **options)  # type: ignore[arg-type]
        return open_testbed(plan, tmp_path, events.append)

    return open_
