"""What is stored and comes out later, what is too long, and what the driver could not reach."""

from __future__ import annotations

from pathlib import Path

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.suspicion import Suspicion
from crashworthy.lab.experiments.injection.injection import Injection
from crashworthy.lab.proof.confirm import confirm
from sick_services.service import Api, api, operation, step
from sick_services.stand import candidate_for, open_lab

SERVICE = """
import sqlite3
from contextlib import closing

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect("notes.db"))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT)")
    db.commit()


@app.post("/notes")
def create():
    with connect() as db:
        made = db.execute("INSERT INTO notes (title) VALUES (?)", (request.get_json()["title"],))
        db.commit()
        return jsonify(id=made.lastrowid), 201


@app.get("/notes/<int:note>")
def show(note):
    with connect() as db:
        row = db.execute("SELECT title FROM notes WHERE id = ?", (note,)).fetchone()
        if row is None:
            abort(404)
        same = db.execute(f"SELECT COUNT(*) FROM notes WHERE title = '{row[0]}'").fetchone()[0]
    return jsonify(title=row[0], same=same)


@app.get("/tags")
def tags():
    tag = request.args.get("tag", "")
    if len(tag) > 14:
        abort(400)
    with connect() as db:
        return jsonify(db.execute("SELECT id FROM notes WHERE title = '" + tag + "'").fetchall())


@app.post("/sums")
def sums():
    try:
        return jsonify(total=eval(request.form["terms"]))
    except Exception:
        abort(400)
"""

CREATE = step("POST", "/notes", body={"title": "words"}, save="note")
SHOW = step("GET", "/notes/{note}", path="/notes/${note}")
NOTES = api(operation("POST", "/notes", {}), operation("GET", "/notes/{note}"), ways=((CREATE,), (CREATE, SHOW)))


def proven(tmp_path: Path, known: Api, name: str, *suspicions: Suspicion) -> list[Judgement]:
    file = tmp_path / "service.py"
    file.write_text(SERVICE)
    experiment = Injection()
    with open_lab(file, "flask", known, suspicions=suspicions) as lab:
        history = experiment.run(candidate_for(experiment, lab, name), lab)
        judgements = list(experiment.judgements(history))
        for each in judgements:
            if each.status is Status.PROVEN:
                assert confirm(experiment, history, each, lab) is not None, each.title
    return judgements


def test_what_one_request_stores_is_seen_where_another_brings_it_out(tmp_path: Path) -> None:
    first, *_ = proven(tmp_path, NOTES, "GET /notes/{note}")
    assert first.status is Status.PROVEN
    assert first.title == (
        "GET /notes/{note}: body.title of POST /notes becomes part of the grammar of an SQL statement"
    )
    assert first.location is not None
    assert first.location.symbol == "show"


def test_whoever_only_stores_it_is_not_accused(tmp_path: Path) -> None:
    judgements = proven(tmp_path, NOTES, "POST /notes")
    # What reads it afterwards is named by its own line.
    assert all(each.location is None or each.location.symbol != "create" for each in judgements)


def test_short_inputs_are_given_short_payloads(tmp_path: Path) -> None:
    tag = {"name": "tag", "where": "query", "data_schema": {"type": "string", "maxLength": 14}}
    tags = Operation.model_validate({"method": "GET", "path": "/tags", "parameters": [tag]})
    first, *_ = proven(tmp_path, api(tags, ways=((step("GET", "/tags"),),)), "GET /tags")
    assert (first.status, first.weakness) == (Status.PROVEN, "sql-injection")


def test_what_is_suspected_is_tried_without_a_good_request(tmp_path: Path) -> None:
    body = {"content_type": "application/x-www-form-urlencoded", "data_schema": {"properties": {"terms": {}}}}
    sums = Operation.model_validate({"method": "POST", "path": "/sums", "body": body})
    suspicion = Suspicion(
        weakness="code-injection",
        rule="code-from-text",
        location=Location(file="app.py", line=52),
        message="text of the request is executed by eval",
        operations=("POST /sums",),
    )
    first, *_ = proven(tmp_path, Api((sums,), Playbook()), "POST /sums", suspicion)
    assert (first.status, first.weakness) == (Status.PROVEN, "code-injection")
