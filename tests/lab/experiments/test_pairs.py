"""Two operations at once: what they do together must show, and show in what can be read."""

from __future__ import annotations

from pathlib import Path

from crashworthy.core.finding import Status
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Step
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from sick_services.catalog import Api, operation, step
from sick_services.stand import open_lab

UP_AND_DOWN = """
import sqlite3
from contextlib import closing

from flask import Flask, jsonify

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect("stock.db", timeout=5))


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS stock (n INTEGER)")
    db.execute("INSERT INTO stock VALUES (5)")
    db.commit()


def change(by):
    with connect() as db:
        db.execute("UPDATE stock SET n = n + ?", (by,))
        db.commit()
    return jsonify(ok=True)


@app.post("/stock/<int:item>/up")
def up(item):
    return change(1)


@app.post("/stock/<int:item>/down")
def down(item):
    return change(-1)


@app.post("/stock/<int:item>/double")
def double(item):
    with connect() as db:
        db.execute("UPDATE stock SET n = n * 2")
        db.commit()
    return jsonify(ok=True)


@app.get("/stock")
def stock():
    with connect() as db:
        return jsonify(n=db.execute("SELECT n FROM stock").fetchone()[0])
"""


def step_of(op: Operation) -> Step:
    return step(op.method, op.path, path=op.path.replace("{item}", "1"))


def api(*more: str, readable: bool) -> Api:
    operations = [operation("POST", f"/stock/{{item}}/{what}") for what in ("up", "down", *more)]
    operations += [operation("GET", "/stock")] if readable else []
    ways = [Way(operation=op.name, status=200, steps=(step_of(op),)) for op in operations]
    return Api(tuple(operations), Playbook(ways=tuple(ways)))


def test_two_that_undo_each_other_are_seen_to_hold(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(UP_AND_DOWN)
    experiment = LostUpdate()
    with open_lab(file, "flask", api(readable=True)) as lab:
        (pair,) = [each for each in experiment.candidates(lab) if len(each.operations) == 2]
        history = experiment.run(pair, lab)
    judgement = experiment.judge(history)
    assert judgement.status is Status.HELD, judgement.why


def test_a_pair_of_which_nothing_can_be_read_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(UP_AND_DOWN)
    with open_lab(file, "flask", api(readable=False)) as lab:
        assert all(len(each.operations) == 1 for each in LostUpdate().candidates(lab))


def test_three_that_work_on_the_same_are_compared_with_all_their_orders(tmp_path: Path) -> None:
    file = tmp_path / "service.py"
    file.write_text(UP_AND_DOWN)
    experiment = LostUpdate()
    with open_lab(file, "flask", api("double", readable=True)) as lab:
        candidates = experiment.candidates(lab)
        assert [len(each.operations) for each in candidates] == [1, 1, 1, 2, 2, 2, 3]
        assert candidates[-1].priority < min(each.priority for each in candidates[:-1])
        history = experiment.run(candidates[-1], lab)
    orders = {trial.order for trial in history.trials if len(trial.scenario.attack) == 3 and len(trial.order) == 3}
    assert len(orders) == 6
    judgement = experiment.judge(history)
    assert judgement.status is Status.HELD, judgement.why
