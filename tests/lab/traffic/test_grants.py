"""Rights that an administrator gives: asked for at each request, and written into the token at login."""

from __future__ import annotations

import importlib.util
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.source.parse import parse_folder

SERVICES = Path(__file__).parent / "services"


@pytest.mark.parametrize(
    ("name", "asgi", "goal"), [("rank_desk", True, "POST /texts"), ("claimed_role", False, "POST /locks")]
)
def test_the_administrator_gives_the_role_that_the_refusal_names(
    name: str, asgi: bool, goal: str, tmp_path: Path, thread_testbed: Any
) -> None:
    shutil.copy(SERVICES / f"{name}.py", tmp_path / "app.py")
    tree = parse_folder(tmp_path)
    spec = importlib.util.spec_from_file_location(name, tmp_path / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    playbook = learn(
        LearnContext(
            testbed=thread_testbed(module.make, asgi=asgi),
            tree=tree,
            operations=tree.operations,
            seed=3,
            deadline=time.monotonic() + 30,
            emit=lambda _event: None,
        )
    )
    way = playbook.way(goal)
    assert way is not None, playbook.unreached
    assert way.actor == "A"
    assert {step.actor for step in way.steps} == {"A", "admin"}
    assert not playbook.unreached, playbook.unreached
