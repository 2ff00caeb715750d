"""The main job from end to end, on one small service that loses updates, and what can be done with its run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from crashworthy.ledger.store import open_ledger

pytestmark = pytest.mark.slow

ACCOUNTS = """
import sqlite3
from flask import Flask, abort, jsonify, request

app = Flask(__name__)

def connect():
    connection = sqlite3.connect("accounts.db", timeout=10)
    connection.row_factory = sqlite3.Row
    return connection

with connect() as setup:
    setup.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
setup.close()

@app.post("/accounts")
def open_account():
    connection = connect()
    with connection:
        row = connection.execute("INSERT INTO accounts (balance) VALUES (0)")
    connection.close()
    return jsonify(id=row.lastrowid, balance=0), 201

@app.get("/accounts/<int:account_id>")
def show(account_id):
    connection = connect()
    row = find(connection, account_id)
    connection.close()
    return jsonify(id=account_id, balance=row["balance"])

@app.post("/accounts/<int:account_id>/deposit")
def deposit(account_id):
    data = request.get_json(silent=True)
    amount = data.get("amount") if isinstance(data, dict) else None
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount < 1_000_000:
        abort(400, "amount must be an integer between 1 and 999999")
    connection = connect()
DEPOSIT
    connection.close()
    return jsonify(id=account_id, balance=balance)

def find(connection, account_id):
    if account_id >= 2**63:
        abort(404)
    row = connection.execute("SELECT balance FROM accounts WHERE id = ?", (account_id,)).fetchone()
    if row is None:
        connection.close()
        abort(404)
    return row
"""

SICK = """
    with connection:
        balance = find(connection, account_id)["balance"] + amount
        connection.execute("UPDATE accounts SET balance = ? WHERE id = ?", (balance, account_id))
"""

MENDED = """
    find(connection, account_id)
    with connection:
        connection.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, account_id))
    balance = find(connection, account_id)["balance"]
"""


@pytest.fixture
def sick(service: Any) -> Path:
    folder: Path = service(app=ACCOUNTS.replace("DEPOSIT", SICK))
    return folder


@pytest.fixture
def mended(tmp_path: Path) -> Path:
    folder = tmp_path / "mended"
    folder.mkdir()
    (folder / "app.py").write_text(ACCOUNTS.replace("DEPOSIT", MENDED))
    return folder


def breaking(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Proven findings that break a build by default; Flask itself fails on JSON that is nested very deep."""
    return [
        finding
        for finding in report["findings"]
        if finding["status"] == "proven" and finding["severity"] in ("major", "blocker")
    ]


def test_a_lost_update_is_proven_shown_replayed_bundled_and_gone_once_mended(
    crash_test: Any, crashworthy: Any, environment: dict[str, str], sick: Path, mended: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in sick.iterdir()}
    outcome = crash_test(
        sick, "--only", "lost-update",
        "--format", "sarif", "--output", str(tmp_path / "out.sarif"), "--tests", str(tmp_path / "tests"),
        "--author", "ai", "--agent", "some-agent", budget=40,
    )  # fmt: skip
    assert outcome.code == 1, outcome.err
    report = outcome.report
    schema = json.loads(crashworthy("schema", "report").out)
    jsonschema.validate(report, schema)
    (proof,) = breaking(report)
    assert (proof["weakness"], proof["cwe"]) == ("lost-update", 362)
    assert proof["operation"] == "POST /accounts/{account_id}/deposit"
    line = sick.joinpath("app.py").read_text().splitlines()[proof["location"]["line"] - 1]
    assert proof["location"]["file"] == "app.py"
    assert "UPDATE accounts" in line or "balance = find" in line
    assert all(operation["reached"] for operation in report["operations"])
    assert (tmp_path / "out.sarif").exists()
    assert {path: path.read_bytes() for path in sick.iterdir()} == before, "the source folder is never written"
    assert outcome.left_over() == []

    shown = crashworthy("show", "last", "--format", "json")
    assert shown.code == 1
    again = json.loads(shown.out)
    assert breaking(again) == [proof]

    replayed = crashworthy("replay", "last", proof["id"], "--python", sys.executable)
    assert replayed.code == 1, replayed.err
    assert "shown in 2 of 2" in replayed.out

    (run,) = {path.name for path in (outcome.state / "crashworthy" / "runs").iterdir()} - {
        path.name for path in (outcome.state / "crashworthy" / "runs").iterdir() if not (path / "report.json").exists()
    }
    bundle = tmp_path / "proof.html"
    assert crashworthy("bundle", run, proof["id"], "-o", str(bundle)).code == 0
    assert crashworthy("replay", str(bundle), "--path", str(mended), "--python", sys.executable).code == 0

    (row,) = open_ledger(f"sqlite:///{outcome.state / 'crashworthy' / 'ledger.db'}").runs()
    assert (row["verdict"], row["author"], row["agent"]) == ("BREAKS", "ai", "some-agent")

    for folder, expected in ((sick, 1), (mended, 0)):
        tested = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "tests")],
            env={**os.environ, "CRASHWORTHY_SERVICE": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert tested.returncode == expected, tested.stdout


def test_the_mended_service_holds(crash_test: Any, mended: Path) -> None:
    # It ends when all is tried; on a busy machine that takes its time.
    outcome = crash_test(mended, "--jobs", "2", budget=180, timeout=240)
    assert outcome.report["verdict"] == "HOLDS", outcome.out
    assert outcome.code == 0
    assert breaking(outcome.report) == []
    lanes = {experiment["lane"] for experiment in outcome.report["experiments"]}
    assert lanes == ({1, 2} if outcome.report["service"]["contained"] else {1})
    assert outcome.left_over() == []


def test_an_accepted_finding_does_not_break(crash_test: Any, sick: Path) -> None:
    (sick / "crashworthy.toml").write_text(
        "[[accept]]\nweakness = 'lost-update'\nreason = 'one clerk only'\nuntil = 2100-01-01\n"
    )
    outcome = crash_test(sick, "--only", "lost-update", budget=30)
    (proof,) = breaking(outcome.report)
    assert proof["accepted"].startswith("one clerk only")
    assert outcome.code in (0, 3)


def test_only_and_list(crashworthy: Any, sick: Path) -> None:
    listed = crashworthy("test", str(sick), "--list", "--only", "lost-update")
    assert listed.code == 0
    assert "POST /accounts/{account_id}/deposit" in listed.out
    assert "lost-update" in listed.out
    assert "crash-on-input" not in listed.out
    wrong = crashworthy("test", str(sick), "--only", "lost-updat")
    assert wrong.code == 2
    assert "Did you mean lost-update?" in wrong.err


def test_the_audit_alone_finds_the_place(crashworthy: Any, sick: Path) -> None:
    audited = crashworthy("audit", str(sick), "--json")
    assert audited.code == 0
    (suspicion,) = [each for each in json.loads(audited.out)["suspicions"] if each["weakness"] == "lost-update"]
    assert suspicion["operations"] == ["POST /accounts/{account_id}/deposit"]


def test_a_run_that_is_not_there_is_an_error(crashworthy: Any) -> None:
    outcome = crashworthy("show", "last")
    assert outcome.code == 2
    assert "no saved run" in outcome.err


LOCKED = """
from flask import Flask, abort, jsonify, request

app = Flask(__name__)

@app.get("/secrets")
def secrets():
    if request.headers.get("Authorization") != "Bearer from-the-provider":
        abort(401)
    return jsonify(secrets=[1])
"""


def test_a_login_that_cannot_be_had_is_asked_for_and_then_used(crash_test: Any, service: Any) -> None:
    folder = service(app=LOCKED)
    outcome = crash_test(folder, budget=10)
    assert "1 of the operations want a login that crashworthy could not get" in outcome.out
    assert not outcome.report["operations"][0]["reached"]

    (folder / "crashworthy.toml").write_text(
        "[[actors]]\nname = 'admin'\nheaders = { Authorization = 'Bearer ${TOKEN}' }\n"
    )
    missing = crash_test(folder, budget=10)
    assert missing.code == 2
    assert "--env" in missing.err
    given = crash_test(folder, "--env", "TOKEN=from-the-provider", budget=10)
    assert given.report["operations"][0]["reached"], given.out
