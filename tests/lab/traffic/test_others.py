"""Values that must be those of another user, and steps that only that user may take."""

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
    ("name", "asgi", "last"),
    [
        ("guest_lists", False, "POST /invitations/{code}/accept"),
        ("pocket_money", True, "POST /gifts/{gift_id}/thanks"),
    ],
)
def test_the_second_user_takes_part(name: str, asgi: bool, last: str, tmp_path: Path, thread_testbed: Any) -> None:
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
    assert not playbook.unreached, playbook.unreached
    way = playbook.way(last)
    assert way is not None
    assert way.actor == way.steps[-1].actor == "A"
    assert {step.actor for step in way.steps} == {"A", "B"}
