"""A written test fails while the defect is there and passes once it is mended."""

from __future__ import annotations

import os
import py_compile
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crashworthy.core.history import Trial
from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Interleaving, Scenario, Step
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.lab.proof.confirm import confirm, replay_proof
from crashworthy.lab.proof.start_command import start_command
from crashworthy.lab.proof.write_test import BESIDE, write_tests
from sick_services.catalog import ALL, EXPERIMENTS
from sick_services.service import api, operation, step
from sick_services.stand import candidate_for, open_lab, service_file


def outcome(test: Path, service: Path) -> int:
    """The exit status of pytest in a process that knows nothing of crashworthy."""
    environment = {"PATH": os.environ["PATH"], "CRASHWORTHY_SERVICE": str(service), "HOME": str(test.parent)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    return subprocess.run(command, cwd=test.parent, env=environment, capture_output=True, check=False).returncode


def prove(folder: str, name: str) -> Proof:
    service = next(each for each in ALL[folder] if each.name == name)
    assert service.sick is not None
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    file = service_file(folder, service.sick)
    with open_lab(
        file, service.framework, service.api, seed=3, idempotent=service.idempotent, workers=service.workers
    ) as lab:
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        proof = confirm(experiment, history, experiment.judgements(history)[0], lab)
        assert proof is not None
        assert replay_proof(experiment, Proof.model_validate_json(proof.model_dump_json()), lab) is not None
    return proof


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "name", "healthy"),
    [
        ("lost_update", "flask_sqlite", "flask_sqlite_healthy_atomic"),
        ("lost_update", "flask_memory", "flask_memory_healthy_lock"),
        ("lost_update", "fastapi_async_memory", "fastapi_async_memory_healthy_lock"),
        ("lost_update", "flask_signup", "flask_signup_healthy_unique"),
        ("crash_under_concurrency", "flask_signup", "flask_signup_healthy_conflict"),
        ("crash_under_concurrency", "fastapi_locked", "fastapi_locked_healthy_retry"),
        ("crash_under_concurrency", "fastapi_locked", "fastapi_locked_healthy_unavailable"),
        ("crash_on_input", "fastapi_duplicate", "fastapi_duplicate_healthy"),
        ("wedged", "flask_lock", "flask_lock_healthy"),
        ("sql_injection", "flask_sqlite", "flask_sqlite_healthy_bound"),
        ("sql_injection", "fastapi_sqlalchemy", "fastapi_sqlalchemy_healthy"),
        ("command_injection", "flask_shell_sick", "flask_shell_healthy_quoted"),
        ("code_injection", "flask_eval_sick", "flask_eval_healthy_tree"),
        ("path_traversal", "flask_read_sick", "flask_read_healthy"),
        ("request_forgery", "flask_sick", "flask_healthy"),
        ("unsafe_deserialisation", "flask_pickle_sick", "flask_pickle_healthy"),
        ("header_injection", "flask_sick", "flask_healthy"),
        ("restart", "flask_background", "flask_outbox_healthy"),
        ("conservation", "flask_self_transfer", "flask_self_transfer_healthy"),
        ("conservation", "fastapi_negative", "fastapi_negative_healthy"),
        ("conservation", "flask_two_lines", "flask_two_lines_healthy"),
        ("conservation", "fastapi_float", "fastapi_decimal_healthy"),
        ("pages", "flask_from_one", "flask_newest_first_healthy"),
        ("broken_in_the_middle", "flask_two_commits", "flask_one_transaction_healthy"),
        ("broken_in_the_middle", "flask_used_up", "flask_used_up_healthy"),
        ("left_locked", "flask_busy", "flask_busy_until_healthy"),
        ("broken_in_the_middle", "fastapi_charge_then_record", "fastapi_pending_then_charge_healthy"),
        ("broken_in_the_middle", "fastapi_charge_then_record", "fastapi_charge_under_key_healthy"),
        ("workers", "flask_session", "flask_session_healthy"),
        ("workers", "fastapi_key", "fastapi_given_key_healthy"),
        ("readback", "fastapi_cached", "fastapi_cleared_healthy"),
        ("readback", "flask_shared_cache", "flask_own_cache_healthy"),
        ("repeated_request", "flask_key", "flask_key_healthy"),
        ("repeated_request", "fastapi_key", "fastapi_key_stored_healthy"),
        ("repeated_request", "flask_put", "flask_put_sets_healthy"),
        ("repeated_request", "fastapi_charge", "fastapi_charge_healthy"),
        ("slow_dependency", "fastapi_sync_urllib", "fastapi_total_limit_healthy"),
        ("object_of_another", "flask_notes_DELETE", "flask_notes_healthy"),
        ("object_of_another", "flask_sessions", "flask_sessions_healthy"),
        ("known_credential", "flask_seeded", "flask_seeded_healthy"),
        ("cross_site_change", "flask_address", "flask_lax_healthy"),
        ("cross_site_change", "fastapi_transfer", "fastapi_origin_healthy"),
        ("token_after_logout", "flask_cookie", "flask_cookie_healthy"),
    ],
)
def test_it_fails_on_the_sick_service_and_passes_on_the_mended_one(
    folder: str, name: str, healthy: str, tmp_path: Path
) -> None:
    service = next(each for each in ALL[folder] if each.name == name)
    assert service.sick is not None
    for which, source in (("sick", service.sick), ("mended", healthy)):
        (tmp_path / which).mkdir()
        shutil.copy(service_file(folder, source), tmp_path / which / "app.py")
    test, beside = write_tests([prove(folder, name)], tmp_path / "sick", tmp_path / "tests")
    assert beside.name == "crashworthy_interleave"
    py_compile.compile(str(test), doraise=True, cfile=str(tmp_path / "compiled.pyc"))
    # Once each: benchmarks/proof_tests.py runs them twenty times.
    assert [outcome(test, tmp_path / which) for which in ("sick", "mended")] == [1, 0]


@pytest.mark.slow
def test_what_was_given_twice_is_asserted_to_differ(tmp_path: Path) -> None:
    for which in ("sick", "healthy_statement"):
        (tmp_path / which).mkdir()
        shutil.copy(service_file("lost_update", f"flask_ticket_{which}"), tmp_path / which / "app.py")
    tickets = api(operation("POST", "/tickets", {}), ways=((step("POST", "/tickets", body={"name": "ada"}),),))
    experiment = LostUpdate()
    with open_lab(service_file("lost_update", "flask_ticket_sick"), "flask", tickets) as lab:
        history = experiment.run(candidate_for(experiment, lab, "POST /tickets"), lab)
        proof = confirm(experiment, history, experiment.judge(history), lab)
    assert proof is not None
    test, _ = write_tests([proof], tmp_path / "sick", tmp_path / "tests")
    assert [outcome(test, tmp_path / which) for which in ("sick", "healthy_statement")] == [1, 0]


@pytest.mark.slow
def test_one_request_that_the_other_overtakes_is_written_down_too(tmp_path: Path) -> None:
    for which in ("sick", "healthy_atomic"):
        (tmp_path / which).mkdir()
        shutil.copy(service_file("lost_update", f"flask_sqlite_{which}"), tmp_path / which / "app.py")
    proof = prove("lost_update", "flask_sqlite")
    scenario = proof.scenario.model_copy(update={"interleaving": Interleaving.OVERTAKE, "seed": 1})
    overtaken = proof.model_copy(update={"scenario": scenario})
    test, _ = write_tests([overtaken], tmp_path / "sick", tmp_path / "tests")
    assert "first=1" in test.read_text()
    assert [outcome(test, tmp_path / which) for which in ("sick", "healthy_atomic")] == [1, 0]


def test_nothing_proven_writes_nothing(tmp_path: Path) -> None:
    assert write_tests([], tmp_path, tmp_path / "tests") == ()
    assert not (tmp_path / "tests").exists()


CALLER = """
import asyncio, http.server, os, urllib.request
import httpx
URL = "https://api.partner.example/v1"
async def call():
    async with httpx.AsyncClient() as client:
        return (await client.get(URL)).text
async def raw():
    reader, writer = await asyncio.open_connection("api.partner.example", 443, ssl=True)
    writer.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    return (await reader.read()).decode()
WAYS = {
    "/urllib": lambda: urllib.request.urlopen(URL).read().decode(),
    "/httpx": lambda: httpx.get(URL).text,
    "/async": lambda: asyncio.run(call()),
    "/streams": lambda: asyncio.run(raw()),
}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = WAYS[self.path]().encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.mark.parametrize("way", ["urllib", "httpx", "async", "streams"])
def test_a_dependency_behind_tls_is_answered_too(way: str, tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "app.py").write_text(CALLER)
    test = f"""
import sys, urllib.request
sys.path.insert(0, {str(BESIDE.parent)!r})
import crashworthy_interleave as lab
with lab.start(__import__("pathlib").Path("service"), ["{{python}}", "app.py"]) as service:
    print(urllib.request.urlopen(service.url + "/{way}", timeout=20).read().decode())
"""
    done = subprocess.run([sys.executable, "-c", test], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert '"ok": true' in done.stdout, done.stderr


def test_a_killed_test_leaves_neither_service_nor_files(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "app.py").write_text(CALLER)
    test = f"""
import os, sys, tempfile, time, urllib.request
sys.path.insert(0, {str(BESIDE.parent)!r})
import crashworthy_interleave as lab
with lab.start(__import__("pathlib").Path("service"), ["{{python}}", "app.py"]) as service:
    print(service.url, flush=True)
    time.sleep(60)
"""
    files = tmp_path / "files"
    files.mkdir()
    environment = {**os.environ, "TMPDIR": str(files)}
    with subprocess.Popen(
        [sys.executable, "-c", test], cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        assert list(files.iterdir())
        process.kill()
    until = time.monotonic() + 10
    while time.monotonic() < until and (accepts(port) or list(files.iterdir())):
        time.sleep(0.05)
    assert not accepts(port)
    assert list(files.iterdir()) == []


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_written_test_starts_the_service_without_a_reloader(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    command = start_command(tmp_path, "uvicorn main:app --reload").command
    assert command[-1] == "main:app"


def test_a_service_that_the_configuration_starts_is_started_so(tmp_path: Path) -> None:
    proof = Proof(
        id="P1",
        experiment="crash-on-input",
        weakness="crash-on-input",
        title="GET /a fails",
        severity=Severity.MINOR,
        operations=("GET /a",),
        expected="",
        seen="",
        scenario=Scenario(attack=(Step(operation="GET /a", method="GET", path="/a"),)),
        trial=Trial(id="t", purpose="replay", scenario=Scenario()),
        replayed=2,
        replays=2,
        history="h",
    )
    (tmp_path / "service" / "api").mkdir(parents=True)
    test, _ = write_tests(
        [proof],
        tmp_path / "service",
        tmp_path / "tests",
        command="node server.js",
        cwd="api",
        environment={"FEATURE_X": "on"},
    )
    text = test.read_text()
    assert "COMMAND = ['node', 'server.js']" in text
    assert "To mend it: Say what an input has to be once" in text
    assert 'folder="api"' in text
    assert "'FEATURE_X': 'on'" in text
