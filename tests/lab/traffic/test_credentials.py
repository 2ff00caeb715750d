"""Who signs up and logs in, told by what the source does with a value, in services whose words mean nothing."""

from __future__ import annotations

import importlib.util
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from crashworthy.lab.traffic.actors import looks_secret
from crashworthy.lab.traffic.autofill import CURRENT_PASSWORD, NEW_PASSWORD, USERNAME, named_for
from crashworthy.lab.traffic.credentials import with_credentials
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

SERVICES = Path(__file__).parent / "services"
SERVED = {"nameless_log": False, "nameless_store": True}


def maker_in(name: str) -> Any:
    """The function `make` of a service's file."""
    spec = importlib.util.spec_from_file_location(name, SERVICES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make


def tree_with(folder: Path, name: str) -> SourceTree:
    shutil.copy(SERVICES / f"{name}.py", folder / "app.py")
    return parse_folder(folder)


def source_tree(folder: Path, text: str) -> SourceTree:
    (folder / "app.py").write_text(text, "utf-8")
    return parse_folder(folder)


def declared(tree: SourceTree, purpose: str) -> dict[str, list[str]]:
    return {
        each.name: named_for(each, (purpose,))
        for each in with_credentials(tree.operations, tree)
        if named_for(each, (purpose,))
    }


def test_a_password_is_what_is_hashed_and_checked(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "nameless_log")
    assert declared(tree, NEW_PASSWORD) == {"POST /gorim": ["kesi"]}
    assert declared(tree, CURRENT_PASSWORD) == {"POST /rapu": ["kesi"]}
    assert declared(tree, USERNAME) == {"POST /gorim": ["dola"], "POST /rapu": ["dola"]}


def test_a_password_goes_through_functions_of_the_service(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "nameless_store")
    assert declared(tree, NEW_PASSWORD) == {"POST /gorim": ["kesi"]}
    assert not declared(tree, CURRENT_PASSWORD)


def test_a_checksum_of_a_text_makes_no_password_of_it(tmp_path: Path) -> None:
    tree = source_tree(
        tmp_path,
        "import hashlib\n"
        "from flask import Flask, request\n"
        "app = Flask(__name__)\n"
        "@app.post('/pages')\n"
        "def add():\n"
        "    text = request.get_json()['text']\n"
        "    return {'checksum': hashlib.sha256(text.encode()).hexdigest()}\n",
    )
    assert with_credentials(tree.operations, tree) == tree.operations


def test_who_changes_a_password_does_not_sign_up_with_it(tmp_path: Path) -> None:
    tree = source_tree(
        tmp_path,
        "from flask import Flask, request\n"
        "from werkzeug.security import check_password_hash, generate_password_hash\n"
        "app = Flask(__name__)\n"
        "stored = ['']\n"
        "@app.post('/kolu')\n"
        "def kolu():\n"
        "    body = request.get_json()\n"
        "    if not check_password_hash(stored[0], body['was']):\n"
        "        return {}, 400\n"
        "    stored[0] = generate_password_hash(body['will_be'])\n"
        "    return {}\n",
    )
    assert not declared(tree, CURRENT_PASSWORD)
    assert not declared(tree, NEW_PASSWORD)


@pytest.mark.parametrize("name", sorted(SERVED))
def test_the_driver_signs_up_without_words(name: str, tmp_path: Path, thread_testbed: Any) -> None:
    tree = tree_with(tmp_path, name)
    testbed = thread_testbed(maker_in(name), asgi=SERVED[name])
    playbook = learn(
        LearnContext(
            testbed=testbed,
            tree=tree,
            operations=tree.operations,
            seed=3,
            deadline=time.monotonic() + 30,
            emit=lambda _event: None,
        )
    )
    assert not playbook.unreached, playbook.unreached
    assert {caller.actor for caller in playbook.callers} == {"A"}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("9f86d081884c7d659a2feaa0c55ad015", True),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", True),
        ("3f2b8c1e-94d7-4a55-8a0e-0d9c2b7f6a11", True),
        ("2026-11-20T09:45:33.120391", False),
        ("https://example.com/page/123456", False),
        ("user10011@example.com", False),
        ("a plain sentence of 20 words", False),
        ("10011001100110011001", False),
    ],
)
def test_looks_secret(text: str, secret: bool) -> None:
    assert looks_secret(text) is secret
