"""Things that only the source knows of, and a service that stops."""

from __future__ import annotations

from typing import Any

import flask

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from crashworthy.lab.traffic.discover import Discovery


def seeded() -> Any:
    app = flask.Flask("seeded")
    used: set[str] = set()

    @app.get("/promos/<code>")
    def promo(code: str) -> Any:
        return ({"code": code}) if code == "SPRING" else ({"error": "not found"}, 404)

    @app.post("/broken")
    def broken() -> Any:
        used.add("x")
        raise RuntimeError

    return app


def test_seeded_things_are_found_and_errors_are_told(thread_testbed, tree_of, run, plain) -> None:
    testbed = thread_testbed(seeded)
    code = Parameter(name="code", where=ParameterIn.PATH, required=True, data_schema={"type": "string"})
    found = Discovery((Operation(method="GET", path="/promos/{code}", parameters=(code,)), plain("POST /broken")))
    playbook = run(testbed, tree_of('promos = {"SPRING": 3}'), found)
    assert playbook.reached == {"GET /promos/{code}"}
    assert playbook.unreached[0].why.startswith("always an error of the service: 500")


def zoned() -> Any:
    app = flask.Flask("zoned")
    zones = {"Q7": 900, "K2": 400}

    @app.get("/zones")
    def listed() -> Any:
        return [{"code": code, "price": price} for code, price in zones.items()]

    @app.post("/permits")
    def buy() -> Any:
        if flask.request.get_json()["zone"] not in zones:
            return {"detail": "no such zone"}, 400
        return {"id": 1}, 201

    return app


def test_a_code_that_nobody_makes_is_taken_from_the_list_that_shows_it(thread_testbed, tree_of, run, plain) -> None:
    permits = plain("POST /permits", body={"zone": {"type": "string"}})
    playbook = run(thread_testbed(zoned), tree_of(""), Discovery((plain("GET /zones"), permits)))
    way = playbook.way("POST /permits")
    assert way is not None
    assert [step.operation for step in way.steps] == ["GET /zones", "POST /permits"]
