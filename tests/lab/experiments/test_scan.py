"""What one changed request leaves behind must not hide what the next one does."""

from __future__ import annotations

from pathlib import Path

from crashworthy.core.finding import Status
from crashworthy.core.playbook import Playbook, Way
from crashworthy.lab.experiments.input.crash_on_input import CrashOnInput
from sick_services.catalog import Api, operation, step
from sick_services.stand import candidate_for, open_lab

NAMED_BY_THE_CLIENT = """
from flask import Flask, jsonify, request

app = Flask(__name__)
stations = {}


@app.post("/stations")
def add():
    data = request.get_json()
    if data["id"] in stations:
        return jsonify(error="exists"), 409
    stations[data["id"]] = int(data["connectors"])
    return jsonify(id=data["id"]), 201
"""


def test_an_id_that_is_taken_hides_no_crash_of_another_field_and_plain_inputs_tell_the_tale(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(NAMED_BY_THE_CLIENT)
    steps = (step("POST", "/stations", body={"id": 1, "connectors": 2}),)
    api = Api(
        (operation("POST", "/stations", {"type": "object"}),),
        Playbook(ways=(Way(operation="POST /stations", status=201, steps=steps),)),
    )
    with open_lab(file, "flask", api) as lab:
        experiment = CrashOnInput()
        history = experiment.run(candidate_for(experiment, lab, "POST /stations"), lab)
    proven = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
    titles = {each.location.line: str(each.title) for each in proven if each.location}
    # NaN would do as well, but nobody sends it.
    assert titles[13].endswith("when body.connectors is null")
    assert titles[11].endswith("when body.id is missing")


LAST_SEAT = """
from flask import Flask, jsonify, request

app = Flask(__name__)
seats = [1]


@app.post("/seats")
def take():
    data = request.get_json()
    if not seats:
        return jsonify(error="none left"), 409
    seats.pop()
    name = data["name"]
    return jsonify(name=name, until=2000 + int(data["years"])), 201
"""


def test_a_failure_that_uses_something_up_hides_no_crash_of_another_field(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(LAST_SEAT)
    steps = (step("POST", "/seats", body={"name": "n", "years": 2}),)
    api = Api(
        (operation("POST", "/seats", {"type": "object"}),),
        Playbook(ways=(Way(operation="POST /seats", status=201, steps=steps),)),
    )
    with open_lab(file, "flask", api) as lab:
        experiment = CrashOnInput()
        history = experiment.run(candidate_for(experiment, lab, "POST /seats"), lab)
    proven = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
    titles = {each.location.line: str(each.title) for each in proven if each.location}
    assert titles[14].endswith("when body.name is missing")
    assert titles[15].endswith("when body.years is null")
