"""What one changed request leaves behind must not hide what the next one does."""

from __future__ import annotations

import time
from pathlib import Path

from crashworthy.core.finding import Status
from crashworthy.core.playbook import Playbook, Way
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.input.hostile_input import HostileInput
from crashworthy.lab.experiments.input.scan import Scan
from crashworthy.lab.experiments.trial import Recorder
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
        experiment = HostileInput()
        history = experiment.run(candidate_for(experiment, lab, "POST /stations"), lab)
    proven = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
    found = {each.location.line: each for each in proven if each.location}
    assert str(found[11].title).endswith("when body.id is missing")
    # NaN would do as well, but nobody sends it.
    assert str(found[13].title).endswith("when body.connectors is missing")
    assert "body.connectors is null" in found[13].seen


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
        experiment = HostileInput()
        history = experiment.run(candidate_for(experiment, lab, "POST /seats"), lab)
    proven = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
    found = {each.location.line: each for each in proven if each.location}
    assert str(found[14].title).endswith("when body.name is missing")
    assert "body.years is null" in found[15].seen


def test_a_scan_ends_in_time_and_tells_that_it_did_not_try_all(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(NAMED_BY_THE_CLIENT)
    steps = (step("POST", "/stations", body={"id": 1, "connectors": 2}),)
    api = Api(
        (operation("POST", "/stations", {"type": "object"}),),
        Playbook(ways=(Way(operation="POST /stations", status=201, steps=steps),)),
    )
    with open_lab(file, "flask", api) as lab:
        recorder = Recorder(lab, "hostile-input")
        base = ground(("POST /stations",), api.playbook, api.operations)
        assert base is not None
        scan = Scan(base, api.operations[0], recorder, reserve_s=lab.left() - 0.01)
        time.sleep(0.02)
        scan.run()
    assert not scan.trials
    assert recorder.notes == ["the time ended before all was tried"]


TAKEN_FAILS = """
from flask import Flask, jsonify, request

app = Flask(__name__)
codes = set()


@app.post("/stations")
def add():
    data = request.get_json()
    if data.get("code") in codes:
        raise LookupError("taken")
    codes.add(data.get("code"))
    return jsonify(code=data["code"], connectors=int(data["connectors"])), 201
"""


def test_each_changed_request_names_what_it_makes_by_a_value_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(TAKEN_FAILS)
    steps = (step("POST", "/stations", body={"code": "978${unique}", "connectors": 2}),)
    api = Api(
        (operation("POST", "/stations", {"type": "object"}),),
        Playbook(ways=(Way(operation="POST /stations", status=201, steps=steps),)),
    )
    with open_lab(file, "flask", api) as lab:
        experiment = HostileInput()
        history = experiment.run(candidate_for(experiment, lab, "POST /stations"), lab)
    proven = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
    seen = " ".join(each.seen for each in proven)
    assert "body.connectors is null" in seen


TAKES_ANYTHING = """
from flask import Flask, jsonify, request

app = Flask(__name__)
seats = [1]


@app.post("/seats")
def take():
    if not seats:
        return jsonify(error="none left"), 409
    years = request.get_json()["years"]
    seats.pop()
    return jsonify(until=2000 + int(years)), 201
"""


def test_an_input_that_takes_anything_does_not_use_the_copies_up(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(TAKES_ANYTHING)
    steps = (step("POST", "/seats", body={"name": "n", "note": "m", "years": 2}),)
    api = Api(
        (operation("POST", "/seats", {"type": "object"}),),
        Playbook(ways=(Way(operation="POST /seats", status=201, steps=steps),)),
    )
    with open_lab(file, "flask", api) as lab:
        experiment = HostileInput()
        history = experiment.run(candidate_for(experiment, lab, "POST /seats"), lab)
    scans = [trial for trial in history.trials if trial.purpose == "scan"]
    sent = [exchange.request.body or "" for trial in scans for exchange in trial.exchanges if exchange.part == "attack"]
    assert sum('"years": 2' in body and '"note": "m"' in body for body in sent) < 14, "the name is not read"
    proven = [each for each in experiment.judgements(history) if each.status is Status.PROVEN]
    # Of the input that is read, all is tried as ever.
    assert any("body.years is 10**30" in each.seen or "body.years is a text" in each.seen for each in proven)
