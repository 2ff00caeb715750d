"""Warm starts: few requests where the source is the same, and never fewer operations where the memory is wrong."""

from __future__ import annotations

import importlib.util
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.memory import Memory, hopeless, memory_of, read_memory, source_of, touched, usable
from crashworthy.source.parse import parse_folder

SERVICE = Path(__file__).parent / "services" / "tool_shop.py"


def make() -> Any:
    """The application with a state of its own."""
    spec = importlib.util.spec_from_file_location("tool_shop", SERVICE)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module.app


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Any:
    folder = tmp_path_factory.mktemp("shop")
    shutil.copy(SERVICE, folder / "app.py")
    return parse_folder(folder)


def run(testbed: Any, tree: Any, memory: Memory | None = None) -> Playbook:
    return learn(
        LearnContext(
            testbed=testbed,
            tree=tree,
            operations=tree.operations,
            seed=1,
            deadline=time.monotonic() + 60,
            emit=lambda _event: None,
            memory=memory,
        )
    )


@pytest.fixture
def testbed(thread_testbed) -> Any:
    return thread_testbed(make)


def test_after_an_edit_of_one_handler_a_third_of_the_requests_is_enough(testbed, tree, tmp_path) -> None:
    cold = run(testbed, tree)
    assert cold.unreached == ()
    memory = memory_of(cold, tree, tree.operations)
    edited = SERVICE.read_text().replace('["state"] = "refunded"', '["state"] = "money back"')
    (tmp_path / "app.py").write_text(edited)
    changed = parse_folder(tmp_path)
    now = {each.name: source_of(each, changed) for each in changed.operations}
    assert [name for name in now if now[name] != memory.sources[name]] == ["POST /orders/{order_id}/refund"]
    warm = run(testbed, changed, memory)
    assert warm.reached == cold.reached
    assert warm.requests * 3 <= cold.requests


LOCKED = """from flask import Flask, request

app = Flask(__name__)
notes = []


@app.post("/notes")
def add():
    notes.append(request.get_json()["text"])
    return {"id": len(notes)}


@app.post("/vault")
def open_vault():
    return ({"error": "wrong number"}, 400) if request.get_json()["number"] != 40_321_877 * 3 else {"open": True}
"""


def maker_of(text: str) -> Any:
    def make_it() -> Any:
        names: dict[str, Any] = {"__name__": "locked"}
        exec(compile(text, "app.py", "exec"), names)
        return names["app"]

    return make_it


@pytest.mark.parametrize(
    ("old", "new", "tried"),
    [
        ("len(notes)", "len(notes) + 0", False),
        ("40_321_877 * 3", "40_321_877 * 5", True),
        ("* 3 else", "!= 1 else", True),
    ],
)
def test_what_was_given_up_is_tried_again_only_after_an_edit(
    thread_testbed, tmp_path, old: str, new: str, tried: bool
) -> None:
    def tree_of(text: str) -> Any:
        (tmp_path / "app.py").write_text(text)
        return parse_folder(tmp_path)

    before = tree_of(LOCKED)
    cold = run(thread_testbed(maker_of(LOCKED)), before)
    assert [each.operation for each in cold.unreached] == ["POST /vault"]
    memory = memory_of(cold, before, before.operations)
    edited = LOCKED.replace(old, new)
    after = tree_of(edited)
    assert hopeless(memory, after.operations, touched(memory, after.operations, after)) == (
        {} if tried else {each.operation: each.why for each in cold.unreached}
    )
    warm = run(thread_testbed(maker_of(edited)), after, memory)
    assert warm.reached >= cold.reached
    assert tried or (warm.unreached == cold.unreached and warm.requests * 2 <= cold.requests)


def spoil_values(text: str) -> str:
    return text.replace("Str0ng-Passw0rd!", "x").replace("saw", "nothing")


def spoil_order(text: str) -> str:
    return text.replace("/register", "/login")


@pytest.mark.parametrize("spoil", [spoil_values, spoil_order])
def test_a_wrong_memory_costs_a_little_and_no_operation(testbed, tree, spoil) -> None:
    cold = run(testbed, tree)
    memory = Memory.model_validate_json(spoil(memory_of(cold, tree, tree.operations).model_dump_json()))
    warm = run(testbed, tree, memory)
    assert warm.reached == cold.reached
    assert warm.requests <= cold.requests + 6 * len(tree.operations)


def test_ways_that_call_something_else_than_they_say_are_left_out(testbed, tree) -> None:
    memory = memory_of(run(testbed, tree), tree, tree.operations)
    elsewhere = memory.model_dump_json().replace('"path":"/items"', '"path":"/admin/wipe"')
    kept = usable(Memory.model_validate_json(elsewhere), tree.operations)
    assert kept.ways
    assert not any("/admin" in step.path for way in kept.ways for step in way.steps)


def test_what_holds_a_persons_credential_is_not_kept(testbed, tree) -> None:
    memory = memory_of(run(testbed, tree), tree, tree.operations, private=["saw"])
    assert memory.playbook.ways
    assert "saw" not in memory.model_dump_json()


@pytest.mark.parametrize("text", ["", "{", '{"playbook": {"ways": 3}}', '{"version": "0", "playbook": {}}', "[" * 9999])
def test_files_that_are_no_memory_are_none(tmp_path, text: str) -> None:
    file = tmp_path / "memory.json"
    file.write_text(text)
    assert read_memory(file) is None
    assert read_memory(tmp_path / "missing.json") is None
