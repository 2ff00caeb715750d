"""Services that can only be used by somebody who was shown how: each needs one kind of recording."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import flask
import pytest
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.lessons.study import study
from crashworthy.lab.traffic.player import Player
from crashworthy.source.parse import parse_folder

COUPON = "A7-BLUE-HERON"
REGION = "eu-central"


def flask_shop() -> Any:
    """Takes one coupon, which it knows by its digest alone, and one region."""
    app = flask.Flask("shop")
    orders: dict[int, Any] = {}

    @app.post("/redemptions")
    def redeem() -> Any:
        if flask.request.get_json().get("coupon")[::-1] != "NOREH-EULB-7A":
            return {"error": "no such coupon"}, 404
        return {"discount": 10}, 201

    @app.get("/stock")
    def stock() -> Any:
        if flask.request.headers.get("X-Region", "")[::-1] != "lartnec-ue":
            return {"error": "unavailable here"}, 404
        return {"tea": 3}

    @app.post("/orders")
    def order() -> Any:
        number = 7000 + len(orders)
        orders[number] = {"basket": f"basket-{number}"}
        return {"handle": orders[number]["basket"]}, 201

    @app.post("/shipments")
    def ship() -> Any:
        known = {each["basket"] for each in orders.values()}
        if flask.request.get_json().get("container") not in known:
            return {"error": "nothing to ship"}, 409
        return {}, 201

    return app


class Coupon(BaseModel):
    coupon: str


class Shipment(BaseModel):
    container: str


def fastapi_shop() -> Any:
    """The same with models."""
    app = FastAPI()
    baskets: list[str] = []

    @app.post("/redemptions", status_code=201)
    def redeem(body: Coupon) -> Any:
        if body.coupon[::-1] != "NOREH-EULB-7A":
            raise HTTPException(404, "no such coupon")
        return {"discount": 10}

    @app.get("/stock")
    def stock(x_region: Annotated[str | None, Header()] = None) -> Any:
        if (x_region or "")[::-1] != "lartnec-ue":
            raise HTTPException(404, "unavailable here")
        return {"tea": 3}

    @app.post("/orders", status_code=201)
    def order() -> Any:
        baskets.append(f"basket-{7000 + len(baskets)}")
        return {"handle": baskets[-1]}

    @app.post("/shipments", status_code=201)
    def ship(body: Shipment) -> Any:
        if body.container not in baskets:
            raise HTTPException(409, "nothing to ship")
        return {}

    return app


SOURCE = """
import flask
app = flask.Flask(__name__)
@app.post("/redemptions")
def redeem():
    return check(flask.request.get_json()["coupon"])
@app.get("/stock")
def stock():
    return look(flask.request)
@app.post("/orders")
def order():
    return {}
@app.post("/shipments")
def ship():
    return check(flask.request.get_json()["container"])
"""

HTTP = f"""POST http://localhost:8000/redemptions
Content-Type: application/json

{{"coupon": "{COUPON}"}}

### stock
GET http://localhost:8000/stock
X-Region: {REGION}

### order
POST http://localhost:8000/orders

> {{% client.global.set("basket", response.body.handle) %}}

### ship
POST http://localhost:8000/shipments
Content-Type: application/json

{{"container": "{{{{basket}}}}"}}
"""

README = f"""# Shop

```sh
$ curl localhost:8000/redemptions -H 'Content-Type: application/json' -d '{{"coupon": "{COUPON}"}}'
$ curl -H "X-Region: {REGION}" localhost:8000/stock
$ BASKET=$(curl -X POST localhost:8000/orders | jq -r .handle)
$ curl --json '{{"container": "'$BASKET'"}}' localhost:8000/shipments
```
"""


def har() -> str:
    def entry(method: str, path: str, status: int, answer: Any, body: Any = None, **headers: str) -> dict[str, Any]:
        request: dict[str, Any] = {"method": method, "url": f"https://shop.example{path}"}
        request["headers"] = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
        if body is not None:
            request["postData"] = {"mimeType": "application/json", "text": json.dumps(body)}
        return {"request": request, "response": {"status": status, "content": {"text": json.dumps(answer)}}}

    entries = [
        entry("GET", "/logo.png", 200, ""),
        entry("POST", "/redemptions", 404, {}, {"coupon": "WRONG"}),
        entry("POST", "/redemptions", 201, {}, {"coupon": COUPON}),
        entry("GET", "/stock", 200, {}, X_Region=REGION),
        entry("POST", "/orders", 201, {"handle": "basket-9911"}),
        entry("POST", "/shipments", 201, {}, {"container": "basket-9911"}),
    ]
    return json.dumps({"log": {"entries": entries}})


TESTS = f"""
HEADERS = {{"X-Region": "{REGION}"}}

def test_wrong(client):
    assert client.post("/redemptions", json={{"coupon": "WRONG"}}).status_code == 404

def test_right(client):
    assert client.post("/redemptions", json={{"coupon": "{COUPON}"}}).status_code == 201
    assert client.get("/stock", headers=HEADERS).status_code == 200

def test_ship(client):
    made = client.post("/orders")
    assert client.post("/shipments", json={{"container": made.get_json()["handle"]}}).status_code == 201
"""

RECORDINGS: dict[str, Callable[[], str]] = {
    "api.http": lambda: HTTP,
    "README.md": lambda: README,
    "shop.har": har,
    "test_shop.py": lambda: TESTS,
}
ALL = {"POST /redemptions", "GET /stock", "POST /orders", "POST /shipments"}


def learned(testbed: Any, root: Path, files: tuple[Path, ...] = ()) -> Playbook:
    tree = parse_folder(root)
    with testbed.fresh() as instance:
        found = discover(tree, instance)
    studied = study(tree, found.operations, files)
    return learn(
        LearnContext(
            testbed=testbed,
            tree=tree,
            operations=studied.operations,
            schemes=found.schemes,
            seed=1,
            deadline=time.monotonic() + 30,
            emit=lambda event: None,
            lessons=studied.lessons,
        )
    )


@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.parametrize("make", [flask_shop, fastapi_shop])
def test_a_recording_in_the_folder_shows_the_way(
    thread_testbed: Any, tmp_path: Path, make: Callable[[], Any], name: str
) -> None:
    (tmp_path / "app.py").write_text(SOURCE)
    testbed = thread_testbed(make, asgi=make is fastapi_shop)
    without = learned(testbed, tmp_path)
    assert without.reached >= {"POST /orders"}
    assert not without.reached & {"POST /redemptions", "GET /stock"}
    (tmp_path / name).write_text(RECORDINGS[name]())
    playbook = learned(testbed, tmp_path)
    assert playbook.reached >= ALL, playbook.unreached
    for way in playbook.ways:
        with testbed.fresh() as instance:
            assert Player(instance.base_url).play(way.steps).done, way
    shipping = playbook.way("POST /shipments")
    assert shipping is not None
    assert [step.operation for step in shipping.steps] == ["POST /orders", "POST /shipments"]


def test_a_named_file_is_read_from_anywhere(thread_testbed: Any, tmp_path: Path) -> None:
    service = tmp_path / "service"
    service.mkdir()
    (service / "app.py").write_text(SOURCE)
    (tmp_path / "requests.txt").write_text(README)
    playbook = learned(thread_testbed(flask_shop), service, (tmp_path / "requests.txt",))
    assert playbook.reached >= ALL


def test_an_undeclared_operation_is_known_from_an_archive(thread_testbed: Any, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    (tmp_path / "shop.har").write_text(har())
    studied = study(parse_folder(tmp_path), ())
    names = {operation.name for operation in studied.operations}
    assert names >= ALL
    playbook = learned(thread_testbed(flask_shop), tmp_path)
    assert playbook.reached >= ALL


def locked() -> Any:
    """Nobody can sign up; two accounts and a key are there from the start, and the source has their digests."""
    app = flask.Flask("locked")
    tokens: set[str] = set()

    @app.post("/login")
    def login() -> Any:
        data = flask.request.get_json()
        if (data.get("username"), data.get("password", "")[::-1]) != ("ann", "retaw-gninnur"):
            return {"error": "wrong name or password"}, 401
        tokens.add("t0ken-for-ann")
        return {"access_token": "t0ken-for-ann"}

    @app.get("/notes")
    def notes() -> Any:
        shown = flask.request.headers.get("Authorization", "").removeprefix("Bearer ")
        return ([], 200) if shown in tokens else ({"error": "login required"}, 401)

    @app.get("/audit")
    def trail() -> Any:
        key = flask.request.headers.get("X-Api-Key", "")
        return ([], 200) if key[::-1] == "321-yek-tidua" else ({"error": "a key is required"}, 401)

    return app


LOCKED = """
import flask
app = flask.Flask(__name__)
@app.post("/login")
def login():
    data = flask.request.get_json()
    return check(data["username"], data["password"])
@app.get("/notes")
def notes():
    return look(flask.request)
@app.get("/audit")
def trail():
    return look(flask.request)
"""


def test_recorded_credentials_open_what_has_no_sign_up(thread_testbed: Any, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LOCKED)
    (tmp_path / "api.http").write_text(
        'POST http://h/login\nContent-Type: application/json\n\n{"username": "ann", "password": "running-water"}\n'
        "###\nGET http://h/audit\nX-Api-Key: audit-key-123\n"
    )
    testbed = thread_testbed(locked)
    playbook = learned(testbed, tmp_path)
    assert playbook.reached >= {"POST /login", "GET /notes", "GET /audit"}, playbook.unreached


def test_secrets_are_known_as_such(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LOCKED)
    basic = base64.b64encode(b"ann:running-water").decode()
    (tmp_path / "api.http").write_text(
        f"GET http://h/notes\nAuthorization: Basic {basic}\nCookie: sid=abcdef123\n"
        "###\nGET http://h/audit\nX-Api-Key: audit-key-123\n###\n"
        'POST http://h/login\n\n{"username": "ann", "password": "running-water"}\n'
    )
    lessons = study(parse_folder(tmp_path), parse_folder(tmp_path).operations).lessons
    assert lessons.secrets >= {basic, "running-water", "abcdef123", "audit-key-123"}
    assert ("ann", "running-water") in lessons.logins
    assert not any("running-water" in note for note in lessons.notes)
