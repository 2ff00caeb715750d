"""How much is tried on a candidate: less where nothing is suspected, little where nothing can be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from crashworthy.core.finding import Status
from crashworthy.core.playbook import Playbook, Way
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from sick_services.catalog import Api, operation, step
from sick_services.stand import candidate_for, open_lab

HARMLESS = """
import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect("notes.db", timeout=5))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")


@app.post("/notes")
def add():
    with connect() as db:
        row = db.execute("INSERT INTO notes (text) VALUES (?)", (request.json["text"],)).lastrowid
        db.commit()
    return jsonify(id=row), 201


@app.post("/search")
def search():
    with connect() as db:
        return jsonify(db.execute("SELECT text FROM notes WHERE text LIKE ?", (request.json["text"],)).fetchall())
"""


@pytest.mark.parametrize(("path", "why"), [("/notes", "only insert rows"), ("/search", "change nothing")])
def test_requests_that_only_add_or_only_read_are_not_tried_in_every_way(tmp_path: Path, path: str, why: str) -> None:
    file = tmp_path / "service.py"
    file.write_text(HARMLESS)
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    steps = (step("POST", path, body={"text": "n${unique}"}),)
    way = Way(operation=f"POST {path}", status=200, steps=steps)
    api = Api((operation("POST", path, schema),), Playbook(ways=(way,)))
    with open_lab(file, "flask", api) as lab:
        experiment = LostUpdate()
        history = experiment.run(candidate_for(experiment, lab, f"POST {path}"), lab)
    judgement = experiment.judge(history)
    assert judgement.status is Status.HELD
    assert why in judgement.why
    assert len({trial.scenario.settings["variant"] for trial in history.trials} - {"how many"}) == 1
