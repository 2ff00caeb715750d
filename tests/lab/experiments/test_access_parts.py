"""The pure parts of the experiments on access and on pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from crashworthy.core.history import Exchange, Request, Response
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.forge import COMMON_KEYS, jwt_key, read_jwt, sign_jwt
from crashworthy.lab.experiments.access.login_probe import rank_test
from crashworthy.lab.experiments.access.trespass import trespasses
from crashworthy.lab.experiments.access.views import Target, took_away
from crashworthy.lab.experiments.crosssite.browser import payload, script_of
from sick_services.catalog_access import MESSAGES
from sick_services.stand import open_lab, service_file


def answer(body: str, kind: str = "application/json", *, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    return Exchange(
        id="1",
        part="observe",
        actor="B",
        operation="GET /",
        request=Request(method="GET", url="http://127.0.0.1/"),
        response=Response(status=200, headers=(("content-type", kind), *headers), body=body),
        started=0,
        ended=1,
    )


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        ({"status": "open"}, {"status": "cancelled"}, True),
        ({"balance": 10}, {"balance": 4}, True),
        ({"lines": [1, 2]}, {"lines": [1]}, True),
        ({"done": False}, {"done": True}, True),
        ({"likes": 1}, {"likes": 2}, False),
        ({"comments": []}, {"comments": ["fine"]}, False),
        ({"bidder": None}, {"bidder": "B"}, False),
        ({"updated_at": "2026-01-01T10:00:00"}, {"updated_at": "2026-01-01T10:00:05"}, False),
    ],
)
def test_only_what_is_gone_or_replaced_was_taken_away(before: Json, after: Json, *, taken: bool) -> None:
    assert took_away(before, after) is taken


def test_an_object_is_known_by_its_id_and_its_shape() -> None:
    order = Target(7, frozenset({"id"}), frozenset({"id", "total", "status"}), frozenset())
    assert order.found_in(answer('{"orders": [{"id": 7, "total": 1, "status": "open"}]}')) is not None
    # The product within another order has the same number, and is another thing.
    within = '[{"id": 8, "total": 1, "status": "open", "product": {"id": 7, "name": "lamp"}}]'
    assert order.found_in(answer(within)) is None
    assert order.found_in(answer('[{"id": 7, "name": "lamp", "price": 3}]')) is None
    assert order.is_countable
    assert not Target("f3a9c2d1", frozenset({"id"}), frozenset(), frozenset()).is_countable


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_usual_key_is_guessed_and_signs_another_token() -> None:
    signed = f"{encoded({'alg': 'HS256'})}.{encoded({'sub': '1'})}"
    digest = hmac.new(b"secret", signed.encode(), hashlib.sha256).digest()
    token = read_jwt(f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}")
    assert token is not None
    assert jwt_key(token, COMMON_KEYS) == "secret"
    assert jwt_key(token, ["another"]) is None
    forged = read_jwt(sign_jwt(token, "secret"))
    assert forged is not None
    assert forged.claims["sub"] == "1"
    assert forged.signature != token.signature
    assert jwt_key(forged, ["secret"]) == "secret"
    assert read_jwt("no.token.here") is None


def test_the_rank_test_agrees_with_its_tables() -> None:
    one, other = [float(number) for number in range(8)], [number + 100.0 for number in range(8)]
    # Complete separation of 8 and 8: p is about 0.0008 by the normal approximation.
    assert rank_test(one, other) == pytest.approx(0.00078, abs=0.0001)
    assert rank_test(one, one) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("body", "kind", "is_script"),
    [
        (f"<p>{payload('cwx')}</p>", "text/html; charset=utf-8", True),
        (f'<input value="{payload("cwx")}">', "text/html", True),
        (f"<textarea>{payload('cwx')}</textarea>", "text/html", True),
        (payload("cwx").replace("<", "&lt;").replace('"', "&quot;"), "text/html", False),
        ("<textarea><img src=x onerror=cwx()></textarea>", "text/html", False),
        ("<!-- <img src=x onerror=cwx()> -->", "text/html", False),
        (f"<p>{payload('cwx')}</p>", "text/plain", False),
        (json.dumps({"text": payload("cwx")}), "application/json", False),
    ],
)
def test_script_is_what_a_browser_would_run(body: str, kind: str, *, is_script: bool) -> None:
    assert (script_of(answer(body, kind), "cwx") is not None) is is_script


def test_a_download_is_no_page() -> None:
    download = (("content-disposition", "attachment; filename=a.html"),)
    assert script_of(answer(payload("cwx"), "text/html", headers=download), "cwx") is None


def test_what_was_made_for_a_user_is_no_trespass_of_that_user() -> None:
    with open_lab(service_file("right_not_checked", "fastapi_messages_healthy"), "fastapi", MESSAGES) as lab:
        assert not [each.way.operation for each in trespasses(lab) if each.objects]
