"""A recording from the command line to the report: it opens the service, and nothing shows its credential."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

KEY = "key-of-the-house-4711"

APP = f"""
import hashlib
from flask import Flask, request
app = Flask(__name__)
notes = []

def closed():
    shown = hashlib.sha256(request.headers.get("X-Api-Key", "").encode()).hexdigest()
    return shown != "{hashlib.sha256(KEY.encode()).hexdigest()}"

@app.post("/notes")
def write():
    if closed():
        return {{"error": "a key is required"}}, 401
    notes.append(request.get_json()["text"].upper())
    return {{"count": len(notes)}}, 201
"""


def test_a_named_recording_opens_the_service_and_stays_secret(
    service: Callable[..., Path], crash_test: Callable[..., Any], crashworthy: Callable[..., Any], tmp_path: Path
) -> None:
    recording = tmp_path / "session.txt"
    recording.write_text(f"curl localhost:5000/notes -H 'X-Api-Key: {KEY}' --json '{{\"text\": \"hello\"}}'\n")
    outcome = crash_test(service(app=APP), "--recording", str(recording), budget=20)
    assert outcome.report is not None, outcome.err
    (operation,) = outcome.report["operations"]
    assert operation["reached"], operation
    assert any("learned from recorded requests: 1 in" in note for note in outcome.report["notes"])
    told = [tmp_path / "report.json", *outcome.state.glob("crashworthy/runs/*/playbook.json")]
    told += outcome.state.glob("crashworthy/runs/*/report.json")
    assert len(told) == 3
    assert not [file for file in told if KEY in file.read_text()]
    assert KEY not in outcome.out + outcome.err
    shown = crashworthy("show", "last", "--format", "markdown")
    assert KEY not in shown.out
    archive = crashworthy("playbook", "last", "--format", "har")
    assert "{{recorded_1}}" in archive.out
    assert outcome.left_over() == []
    if outcome.report["proofs"]:
        proof = outcome.report["proofs"][0]["id"]
        replayed = crashworthy("replay", "last", proof, timeout=200)
        assert "shown in 2 of 2 replays" in replayed.out, replayed.err
        assert KEY not in replayed.out
