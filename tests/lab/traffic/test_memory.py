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
from crashworthy.lab.traffic.memory import Memory, memory_of, read_memory, source_of, usable
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
