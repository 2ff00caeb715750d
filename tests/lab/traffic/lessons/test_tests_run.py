"""The service's own tests, run under the sensor."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from crashworthy.core.playbook import Playbook
from crashworthy.lab.environment.base import base_environment
from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.service.plan import ServicePlan
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.lessons.study import study
from crashworthy.lab.traffic.lessons.tests_run import FOLDER, TestsRun, run_tests
from crashworthy.source.parse import parse_folder

FLASK = """
import hashlib, flask
app = flask.Flask(__name__)

@app.post("/redemptions")
def redeem():
    coupon = flask.request.get_json()["coupon"]
    if not hashlib.sha256(coupon.encode()).hexdigest().startswith("91"):
        return {"error": "no such coupon"}, 404
    return {"discount": 10}, 201

@app.get("/stock")
def stock():
    region = flask.request.headers.get("X-Region", "")
    if not hashlib.sha256(region.encode()).hexdigest().startswith("6b"):
        return {"error": "unavailable here"}, 404
    return {"tea": 3}
"""

FASTAPI = """
import hashlib
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel
app = FastAPI()

class Coupon(BaseModel):
    coupon: str

@app.post("/redemptions", status_code=201)
def redeem(body: Coupon):
    if not hashlib.sha256(body.coupon.encode()).hexdigest().startswith("91"):
        raise HTTPException(404, "no such coupon")
    return {"discount": 10}

@app.get("/stock")
def stock(request: Request):
    region = request.headers.get("x-region", "")
    if not hashlib.sha256(region.encode()).hexdigest().startswith("6b"):
        raise HTTPException(404, "unavailable here")
    return {"tea": 3}
"""

# What is sent is computed, so that no reading of the tests tells it.
HELPER = """
import hashlib, itertools
def found(beginning):
    texts = ("".join(each) for each in itertools.product("bcdfg", repeat=6))
    return next(text for text in texts if hashlib.sha256(text.encode()).hexdigest().startswith(beginning))
"""

PYTEST = """
import pytest
from service import app
from helper import found

@pytest.fixture
def api():
    {client}

def test_redeem(api):
    send, path = api.post, "/redemptions"
    assert send(path, json=dict([("coupon", found("91"))])).status_code == 201

def test_unknown(api):
    assert api.post("/redemptions", json={{"coupon": "wrong"}}).status_code == 500, "this test fails"

def test_stock(api):
    assert api.get("/stock", headers=dict([("X-Region", found("6b"))])).status_code == 200

def test_hangs():
    open("left-behind.txt", "w").close()
    import time
    time.sleep(600)
"""

UNITTEST = """
import unittest
from service import app
from helper import found

class Everything(unittest.TestCase):
    def test_all(self):
        api = {client}
        api.post("/redemptions", json=dict([("coupon", found("91"))]))
        api.get("/stock", headers=dict([("X-Region", found("6b"))]))
"""

DJANGO_SETTINGS = """
SECRET_KEY = "x"
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
"""

DJANGO = {
    "settings.py": DJANGO_SETTINGS,
    "manage.py": """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
""",
    "urls.py": """
import json
from django.http import JsonResponse
from django.urls import path
def orders(request):
    return JsonResponse(json.loads(request.body), status=201)
urlpatterns = [path("orders/", orders)]
""",
    "tests.py": """
from django.test import TestCase
class Orders(TestCase):
    def test_order(self):
        send = self.client.post
        send("/orders/", {"size": "L"}, content_type="application/json", HTTP_X_TENANT="acme")
""",
}


@pytest.fixture
def ran(tmp_path: Path) -> Callable[..., TestsRun]:
    """Writes a service and runs its tests."""

    def run(files: dict[str, str], seconds: float = 15) -> TestsRun:
        root = tmp_path / "copy"
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(dedent(text))
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        python = Path(sys.executable)
        sensor = injection(tmp_path, root=root, socket=tmp_path / "none", standin=None, run_id="r")
        environment = {**base_environment(home, home, python, trust=None), **sensor}
        plan = ServicePlan(root=root, starts=(), run_id="r", python=python, environment=environment)
        before = sorted(path.name for path in root.rglob("*"))
        result = run_tests(parse_folder(root), plan, tmp_path, seconds)
        assert sorted(path.name for path in root.rglob("*")) == before
        assert not (tmp_path / FOLDER).exists()
        return result

    return run


CLIENTS = {
    "flask": (FLASK, "yield app.test_client()"),
    "fastapi": (FASTAPI, "from fastapi.testclient import TestClient; yield TestClient(app)"),
}


@pytest.mark.parametrize("framework", CLIENTS)
def test_what_pytest_makes_is_seen_until_the_time_is_out(
    ran: Callable[..., TestsRun], tmp_path: Path, thread_testbed: Any, framework: str
) -> None:
    source, client = CLIENTS[framework]
    files = {"service.py": source, "helper.py": HELPER, "tests/test_api.py": PYTEST.format(client=client)}
    result = ran({**files, "tests/conftest.py": ""}, 6)
    statuses = [(each.method, each.path, each.answer.status if each.answer else None) for each in result.requests]
    assert statuses == [("POST", "/redemptions", 201), ("POST", "/redemptions", 404), ("GET", "/stock", 200)]
    assert result.requests[0].origin == "tests/test_api.py::test_redeem"
    playbook = _learned(tmp_path / "copy", source, thread_testbed, framework, result)
    assert playbook.reached >= {"POST /redemptions", "GET /stock"}, playbook.unreached


def _learned(root: Path, source: str, thread_testbed: Any, framework: str, result: TestsRun) -> Playbook:
    names: dict[str, Any] = {"__name__": "service"}
    exec(compile(source, "service.py", "exec", dont_inherit=True), names)
    testbed = thread_testbed(lambda: names["app"], asgi=framework == "fastapi")
    tree = parse_folder(root)
    with testbed.fresh() as instance:
        found = discover(tree, instance)
    studied = study(tree, found.operations, (), result.requests)
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


def test_djangos_own_test_runner(ran: Callable[..., TestsRun]) -> None:
    (request,) = ran(DJANGO).requests
    assert (request.path, request.body, request.header("X-Tenant")) == ("/orders/", {"size": "L"}, "acme")
    assert request.answer is not None
    assert (request.answer.status, request.answer.body) == (201, '{"size": "L"}')


def test_tests_of_unittest_are_found_as_well(ran: Callable[..., TestsRun]) -> None:
    files = {"service.py": FLASK, "helper.py": HELPER, "test_service.py": UNITTEST.format(client="app.test_client()")}
    assert [each.path for each in ran(files).requests] == ["/redemptions", "/stock"]


def test_what_cannot_be_run_is_said(ran: Callable[..., TestsRun]) -> None:
    assert ran({"service.py": FLASK}) == TestsRun()
    broken = ran({"test_a.py": "import not_there\ndef test_a(): pass\n"})
    assert broken.requests == ()
    assert "made no request that was seen" in broken.note
    assert "no time" in ran({"test_a.py": "def test_a(): pass\n"}, 0.1).note
