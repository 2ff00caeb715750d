"""Whatever the folder holds, the run ends in time with a clear message, an intact ledger and nothing left running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crashworthy.ledger.store import open_ledger

pytestmark = pytest.mark.slow

GOOD = """
from flask import Flask, jsonify, request
app = Flask(__name__)

@app.get("/hello")
def hello():
    return jsonify(hello="world")
"""


def with_route(body: str) -> str:
    return GOOD + body


def assert_clean(outcome: Any, budget: float = 20) -> None:
    assert outcome.seconds < budget + 10 + 5, f"took {outcome.seconds:.0f} s"  # five for the start of Python itself
    assert "Traceback" not in outcome.err.replace("the service's own traceback", "") or outcome.code == 2
    assert outcome.left_over() == []
    runs = open_ledger(f"sqlite:///{outcome.state / 'crashworthy' / 'ledger.db'}").runs()
    assert len(runs) == 1


def test_a_folder_without_a_service(crash_test: Any, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing here")
    outcome = crash_test(folder)
    assert outcome.code == 2
    assert "error:" in outcome.err
    assert "try:" in outcome.err
    assert_clean(outcome)


def test_an_audit_of_nothing_is_not_clean(crashworthy: Any, tmp_path: Path) -> None:
    outcome = crashworthy("audit", str(tmp_path))
    assert outcome.code == 2
    assert "no Python source" in outcome.err


def test_a_path_that_does_not_exist(crashworthy: Any, tmp_path: Path) -> None:
    outcome = crashworthy("test", str(tmp_path / "nowhere"))
    assert outcome.code == 2
    assert "does not exist" in outcome.err


def test_a_service_that_fails_at_its_start_shows_its_last_lines(crash_test: Any, service: Callable[..., Path]) -> None:
    outcome = crash_test(service(app=GOOD + "\nraise RuntimeError('the moon is in the wrong house')\n"))
    assert outcome.code == 2
    assert "the moon is in the wrong house" in outcome.err
    assert "app.py" in outcome.err
    assert_clean(outcome)


def test_a_missing_package_is_named(crash_test: Any, service: Callable[..., Path]) -> None:
    outcome = crash_test(service(app="import quite_unknown_package\n" + GOOD))
    assert outcome.code == 2
    assert "quite_unknown_package" in outcome.err
    assert_clean(outcome)


def test_a_missing_variable_is_named(crash_test: Any, service: Callable[..., Path]) -> None:
    outcome = crash_test(service(app="import os\nx = os.environ['_'.join(['MY', 'HIDDEN', 'NAME'])]\n" + GOOD))
    assert outcome.code == 2
    assert "MY_HIDDEN_NAME" in outcome.err
    assert "--env" in outcome.err
    assert_clean(outcome)


def test_a_port_that_it_refuses_to_give_up_is_named(crash_test: Any, service: Callable[..., Path]) -> None:
    server = (
        "import http.server\n"
        "http.server.ThreadingHTTPServer(('127.0.0.1', 47613), http.server.BaseHTTPRequestHandler).serve_forever()\n"
    )
    folder = service(server=server)
    # Behind a shell it is a foreign program, and -I keeps the sensor, and so every hold on the port, out of it.
    (folder / "serve.sh").write_text(f"exec {sys.executable} -I server.py\n")
    (folder / "crashworthy.toml").write_text('[service]\ncommand = "sh serve.sh"\n')
    outcome = crash_test(folder)
    assert outcome.code == 2
    assert "47613" in outcome.err
    assert_clean(outcome)


@pytest.mark.parametrize(
    ("text", "line"),
    [("openapi: 3.0.0\npaths:\n  /hello: [\n", "4"), ('{"openapi": "3.0.0",\n "paths": {,}}', "2")],
    ids=["yaml", "json"],
)
def test_an_openapi_file_that_is_broken_names_the_line(
    crash_test: Any, service: Callable[..., Path], tmp_path: Path, text: str, line: str
) -> None:
    description = tmp_path / ("api.yaml" if text.startswith("openapi") else "api.json")
    description.write_text(text)
    outcome = crash_test(service(app=GOOD), "--openapi", str(description))
    assert outcome.code == 2
    assert f"{description.name}:{line}" in outcome.err
    assert_clean(outcome)


def test_a_broken_crashworthy_toml_names_the_line(crash_test: Any, service: Callable[..., Path]) -> None:
    folder = service(app=GOOD)
    (folder / "crashworthy.toml").write_text("[service]\ncomand = 'x'\n")
    outcome = crash_test(folder)
    assert outcome.code == 2
    assert "crashworthy.toml:2: service.comand" in outcome.err
    assert "did you mean command?" in outcome.err


def test_a_service_that_dies_in_the_middle_is_proven_to_die(crash_test: Any, service: Callable[..., Path]) -> None:
    body = """
import os

@app.post("/items")
def items():
    data = request.get_json()
    if not isinstance(data["name"], str):
        os._exit(3)
    return jsonify(name=data["name"]), 201
"""
    outcome = crash_test(service(app=with_route(body)), budget=25)
    assert outcome.code == 1
    assert outcome.report["verdict"] == "BREAKS"
    proven = [each for each in outcome.report["findings"] if each["status"] == "proven"]
    assert {each["operation"] for each in proven} == {"POST /items"}
    assert proven[0]["severity"] == "blocker"
    assert_clean(outcome, 25)


HOSTILE = {
    "prints without end": """
import threading
def shout():
    while True:
        print("x" * 1000, flush=True)
@app.get("/shout")
def start_shouting():
    threading.Thread(target=shout, daemon=True).start()
    return jsonify(ok=True)
""",
    "answers without end": """
@app.get("/endless")
def endless():
    def body():
        while True:
            yield b"x" * 65536
    return app.response_class(body(), mimetype="application/json")
""",
    "answers garbage": """
@app.get("/garbage")
def garbage():
    return app.response_class(bytes(range(256)) * 4, headers={"Content-Type": "application/json; charset=nope"})
""",
    "forks": """
import subprocess
@app.get("/fork")
def fork():
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    return jsonify(ok=True)
""",
    "hangs at its stop": """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
""",
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_service_is_survived(crash_test: Any, service: Callable[..., Path], how: str) -> None:
    outcome = crash_test(service(app=with_route(HOSTILE[how])))
    assert outcome.code in (0, 1, 3), outcome.err
    hello = next(each for each in outcome.report["operations"] if each["operation"] == "GET /hello")
    assert hello["reached"]
    assert_clean(outcome)


KILLING = """
import os
@app.get("/search")
def search():
    if len(request.args.get("text", "")) > 25:
        os.kill(-1, 9)  # all that it may, and its user is the engine's
    return jsonify(found=[])
"""


def test_what_was_learned_outlives_a_service_that_kills_the_engine(
    crash_test: Any, service: Callable[..., Path]
) -> None:
    outcome = crash_test(service(app=GOOD + KILLING))
    assert outcome.code == 3, outcome.err
    assert {each["operation"] for each in outcome.report["operations"]} == {"GET /hello", "GET /search"}
    assert all(each["reached"] for each in outcome.report["operations"])
    assert outcome.report["service"]["framework"]
    assert_clean(outcome)


@pytest.mark.parametrize("contain", ["--contain", "--no-contain"])
def test_killing_crashworthy_leaves_nothing_running(
    environment: dict[str, str], state: Path, service: Callable[..., Path], contain: str
) -> None:
    process = started(environment, service(app=with_route(HOSTILE["forks"])), contain)
    wait_for_history(state)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until_gone(state)
    (row,) = open_ledger(f"sqlite:///{state / 'crashworthy' / 'ledger.db'}").runs()
    assert row["verdict"] is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_reports_what_it_has(
    environment: dict[str, str], state: Path, service: Callable[..., Path], number: signal.Signals
) -> None:
    process = started(environment, service(app=GOOD + CRASHING), "--contain")
    wait_for_history(state)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode in (1, 3), err
    assert "UNKNOWN" in out or "BREAKS" in out
    assert "interrupted" in out
    wait_until_gone(state)
    (row,) = open_ledger(f"sqlite:///{state / 'crashworthy' / 'ledger.db'}").runs()
    assert row["interrupted"]


CRASHING = """
@app.post("/items")
def items():
    return jsonify(half=request.get_json()["count"] / 2), 201

@app.post("/others")
def others():
    return jsonify(half=request.get_json()["count"] / 2), 201
"""


def started(environment: dict[str, str], folder: Path, contain: str) -> subprocess.Popen[str]:
    words = ["test", str(folder), "--python", sys.executable, "--budget", "60", contain]
    return subprocess.Popen(
        [sys.executable, "-m", "crashworthy.interfaces.cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def wait_for_history(state: Path, seconds: float = 60) -> None:
    """Until the first experiment is over: the run is then in full swing."""
    until = time.monotonic() + seconds
    while not list(state.glob("crashworthy/runs/*/histories/*.json")):
        assert time.monotonic() < until, "no experiment ended in time"
        time.sleep(0.05)


def wait_until_gone(state: Path, seconds: float = 15) -> None:
    from .conftest import command_lines

    until = time.monotonic() + seconds
    while left := [line for line in command_lines() if any(str(state) in word for word in line)]:
        assert time.monotonic() < until, left
        time.sleep(0.1)
