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


TURNS = """from flask import Flask, request

app = Flask(__name__)
lamps = {}


@app.post("/lamps")
def add():
    lamps[len(lamps) + 1] = "off"
    return {"id": len(lamps), "state": "off"}, 201


@app.post("/lamps/<int:lamp_id>/turn")
def turn(lamp_id):
    state = request.get_json()["to"]
    if lamp_id not in lamps:
        return {"error": "no such lamp"}, 404
    if state not in set("on dim".split()):
        return {"error": "to must be one of on,dim"}, 400
    lamps[lamp_id] = state
    return {"id": lamp_id, "state": state}
"""


def test_what_a_refusal_lists_comes_before_what_the_name_suggests(tmp_path: Path, thread_testbed: Any) -> None:
    (tmp_path / "app.py").write_text(TURNS)
    tree = parse_folder(tmp_path)

    def make() -> Any:
        names: dict[str, Any] = {"__name__": "lamps"}
        exec(compile(TURNS, "app.py", "exec"), names)
        return names["app"]

    playbook = learn(
        LearnContext(
            testbed=thread_testbed(make),
            tree=tree,
            operations=tree.operations,
            seed=3,
            deadline=time.monotonic() + 30,
            emit=lambda _event: None,
        )
    )
    assert not playbook.unreached, playbook.unreached
