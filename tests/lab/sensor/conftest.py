from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from crashworthy.core.history import SensorEvent
from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver

INJECTED = Path(injection.__code__.co_filename).parent / "injected"

NOWHERE = "127.0.0.1:9"


@dataclass(frozen=True)
class Sensed:
    """What a script printed, and what the sensor in it reported."""

    events: tuple[SensorEvent, ...]
    output: str

    def of(self, *kinds: str) -> list[SensorEvent]:
        return [event for event in self.events if event.kind in kinds]

    def kinds(self, exchange: str) -> list[str]:
        return [event.kind for event in self.events if event.exchange == exchange]

    def hooks(self) -> dict[str, bool]:
        hooks = self.of("hello")[-1].data["hooks"]
        assert isinstance(hooks, dict)
        return {name: value is True for name, value in hooks.items()}


Sense = Callable[..., Sensed]


@pytest.fixture
def run_folder() -> Iterator[Path]:
    # Not tmp_path: the name of a Unix socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="cw"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sense(run_folder: Path) -> Sense:
    """Run `source` as app.py of a service under the sensor; by default it must end well without sensor errors."""

    def run(
        source: str,
        *,
        python: str = sys.executable,
        files: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        standin: str | None = NOWHERE,
        allow: tuple[str, ...] = (),
        redirect: Mapping[str, str] | None = None,
        prepare: Callable[[dict[str, str]], None] = lambda _: None,
        listening: Callable[[Receiver], None] = lambda _: None,
        status: int = 0,
    ) -> Sensed:
        root = run_folder / "copy"
        root.mkdir(exist_ok=True)
        for name, text in {"app.py": source, **(files or {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        with Receiver(run_folder / "s") as receiver:
            listening(receiver)
            environment = {
                "PATH": os.environ["PATH"],
                **injection(
                    run_folder,
                    root=root,
                    socket=receiver.path,
                    standin=standin,
                    allow=allow,
                    redirect=redirect,
                    run_id="test",
                ),
                **(variables or {}),
            }
            prepare(environment)
            done = subprocess.run(
                [python, str(root / "app.py")], cwd=root, env=environment, capture_output=True, text=True, timeout=60
            )
            events = receiver.drain(0.05)
        assert done.returncode == status, done.stderr
        errors = [event.data for event in events if event.kind == "sensor-error"]
        assert not errors, errors
        return Sensed(events, done.stdout)

    return run


@pytest.fixture(scope="session", autouse=True)
def injected_importable() -> Iterator[None]:
    """Pure parts of the sensor are tested in this process; nothing is installed in it."""
    sys.path.append(str(INJECTED))
    yield
    sys.path.remove(str(INJECTED))
