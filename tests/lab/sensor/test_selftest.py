from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crashworthy.lab.testbed import Capability

PROBED = frozenset(Capability) - {Capability.FORK}

SCRIPT = """
    import concurrent.futures, http.server, sqlite3, socket, ssl, asyncio, wsgiref.simple_server

    connection = sqlite3.connect(":memory:")
    connection.execute("SELECT 1")
"""


def interpreters() -> list[str]:
    """Every CPython that the sensor claims to support and this machine has."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {sys.executable: sys.version_info[:2]}
    for minor in range(11, 15):
        candidates = [shutil.which(f"python3.{minor}"), *map(str, pyenv.glob(f"3.{minor}.*/bin/python"))]
        for candidate in filter(None, candidates):
            version = subprocess.run(
                [candidate, "-c", "import sys; print(sys.implementation.name, sys.version_info[1])"],
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split()
            if version == ["cpython", str(minor)] and (3, minor) not in found.values():
                found[candidate] = (3, minor)
    return list(found)


@pytest.mark.parametrize("python", interpreters())
def test_every_hook_fires_on_every_interpreter(sense, python: str) -> None:
    sensed = sense(SCRIPT, python=python)
    assert sensed.hooks() == {capability.value: True for capability in PROBED}


def test_what_was_not_imported_is_not_claimed(sense) -> None:
    hooks = sense("pass").hooks()
    assert hooks["sensor"]
    assert hooks["line"]
    assert not hooks["sql"]
    assert not hooks["requests"]
    assert not hooks["outbound"]


def test_nothing_is_imported_on_the_service_s_behalf(sense) -> None:
    sensed = sense("""
        import sys
        print(*sorted({"sqlite3", "socket", "ssl", "asyncio", "concurrent.futures", "flask"} & set(sys.modules)))
    """)
    assert sensed.output.strip() == ""


def test_a_broken_hook_is_not_claimed(sense) -> None:
    # Something that takes the patched name away again: the driver is there, but its statements are not seen.
    sensed = sense("""
        import _sqlite3, os, sqlite3, sqlite3.dbapi2
        sqlite3.dbapi2.connect = _sqlite3.connect
        if os.fork() == 0:
            os._exit(0)
        os.wait()
    """)
    assert sensed.of("hello")[-1].pid != sensed.of("hello")[0].pid
    assert not sensed.hooks()["sql"]


def test_a_debugger_s_tracing_is_left_alone(sense) -> None:
    sensed = sense("""
        import os, sys
        sys.settrace(lambda *_: None)
        tracer = sys.gettrace()
        if os.fork() == 0:
            os._exit(0)
        os.wait()
        assert sys.gettrace() is tracer
        print(sys.version_info >= (3, 12))
    """)
    # From 3.12 on, lines are watched by sys.monitoring, which does not meet with a trace function.
    assert str(sensed.hooks()["line"]) == sensed.output.strip()


def test_a_module_that_a_handler_imports_is_patched_and_the_hooks_still_prove_themselves(sense) -> None:
    sensed = sense("""
        import json
        from flask import Flask
        app = Flask(__name__)

        @app.get("/")
        def view():
            import sqlite3
            sqlite3.connect(":memory:").execute("SELECT 1")
            return ""

        app.test_client().get("/", headers={"X-Crashworthy": json.dumps({"id": "e"})})
    """)
    assert sensed.hooks()["sql"]
    assert sensed.hooks()["requests"]
    assert sensed.kinds("e") == ["request-start", "sql", "request-end"]
