"""Requests that stand in tests."""

from __future__ import annotations

import ast
import contextlib

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.lessons.lessons import lessons_from
from crashworthy.lab.traffic.lessons.recorded import Recorded
from crashworthy.lab.traffic.lessons.tests_read import requests_in_tests
from crashworthy.source.tree import SourceFile


def read(text: str, path: str = "tests/test_api.py") -> list[Recorded]:
    return requests_in_tests([SourceFile(path, "tests.test_api", text, ast.parse(text))])


def test_the_usual_clients() -> None:
    found = read("""
import pytest
CODE = "SPRING"
HEADERS = {"X-Region": "eu"}
def test_json(client):
    answer = client.post("/carts", json={"coupon": CODE, "lines": [{"sku": "A", "count": -2}]}, headers=HEADERS)
    assert answer.status_code == 201
async def test_awaited(ac):
    response = await ac.request("PUT", "/carts/7?dry=1", params={"full": True}, auth=("ann", "pw"))
class TestForms:
    def test_flask(self):
        self.client.post("/login", data=dict(user="ann", password="pw"))
    def test_django(self):
        r = self.client.post("/api/x/", {"a": 1}, format="json", HTTP_X_TENANT="acme")
        self.assertEqual(r.status_code, status.HTTP_400_BAD_REQUEST)
    @pytest.mark.parametrize("name, count", [("a", 1), ("b", 2)])
    def test_many(self, name, count):
        assert client.delete(f"/things/{name}/{count}").status_code == 204
""")
    cart, put, login, django, thing = found
    assert (cart.path, cart.body) == ("/carts", {"coupon": "SPRING", "lines": [{"sku": "A", "count": -2}]})
    assert (cart.headers, cart.content_type) == ((("X-Region", "eu"),), "application/json")
    assert cart.answer is not None
    assert cart.answer.status == 201
    assert (put.method, put.query) == ("PUT", (("dry", "1"), ("full", "true")))
    assert put.header("Authorization") == "Basic YW5uOnB3"
    assert (login.body, login.content_type) == ({"user": "ann", "password": "pw"}, "application/x-www-form-urlencoded")
    assert (django.body, django.refused, django.header("X-Tenant")) == ({"a": 1}, True, "acme")
    assert (thing.method, thing.path) == ("DELETE", "/things/a/1")
    assert thing.origin == "tests/test_api.py:18"


def test_answers_feed_later_requests() -> None:
    found = read("""
def test_ship(client):
    order = client.post("/orders", json={}).json()
    made = client.post("/orders")
    data = made.json()
    client.post("/shipments", json={"container": data["handle"], "of": made.json()["owner"]["id"]})
""")
    operations = [Operation(method="POST", path="/orders"), Operation(method="POST", path="/shipments")]
    lessons = lessons_from(found, operations, private=False)
    assert lessons.flows == {
        ("POST /shipments", ("body", "container")): {("POST /orders", "/handle")},
        ("POST /shipments", ("body", "of")): {("POST /orders", "/owner/id")},
    }


def test_what_is_no_request_is_left_alone() -> None:
    assert (
        read("""
def test_other(client, data):
    data.get("name")
    client.get(url)
    client.get(f"{url}?x=1")
    cache.delete(key)
""")
        == []
    )
    assert read('def view(client):\n    client.get("/x")\n', path="app/views.py") == []


SNIPPETS = st.sampled_from(
    [
        "/a",
        "{x}",
        "client.post",
        "json=",
        "data",
        "**",
        "[0]",
        "(",
        ")",
        "await ",
        "f'/a/{",
        "}'",
        ",",
        "r = ",
        "'",
        "\n    ",
    ]
)


@given(st.lists(SNIPPETS, max_size=14).map("".join))
def test_no_source_is_an_unhandled_error(text: str) -> None:
    with contextlib.suppress(SyntaxError, ValueError):
        ast.parse(f"async def test_a(client):\n    {text}")
        read(f"async def test_a(client):\n    {text}")
