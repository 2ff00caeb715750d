"""What is told of cookies and pages of a login, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from crashworthy.core.finding import Status
from crashworthy.lab.experiments.access.login_kept import LoginKept
from sick_services.catalog_access import READ_AFTER_LOGIN
from sick_services.service import api, step
from sick_services.stand import candidate_for, open_lab

SERVICE = """
from flask import Flask, abort, make_response, request

app = Flask(__name__)
app.secret_key = "any-key-of-this-test"

@app.post("/signup")
def signup():
    return {}, 201

@app.post("/login")
def login():
    answer = make_response({})
    answer.set_cookie("colour", "red")
    answer.set_cookie("sid", request.json["username"], max_age=3600, %s)
    return answer

@app.get("/me")
def me():
    if "sid" not in request.cookies:
        abort(401)
    return "<form method=post><button>Close</button></form>", 200, %s
"""
_USER = {"username": "user${unique}1", "password": "Str0ng-${unique}1"}
_PLAIN = (step("POST", "/signup", body=dict(_USER)), step("POST", "/login", body=dict(_USER)))
BY_COOKIE = api(*READ_AFTER_LOGIN.operations, ways=(_PLAIN[:1], _PLAIN, (*_PLAIN, step("GET", "/me"))))


def observed(folder: Path, marks: str, headers: str) -> list[str]:
    file = folder / "service.py"
    file.write_text(SERVICE % (marks, headers), encoding="utf-8")
    with open_lab(file, "flask", BY_COOKIE) as lab:
        experiment = LoginKept()
        judgements = experiment.judgements(experiment.run(candidate_for(experiment, lab, "GET /me"), lab))
    assert not [each for each in judgements if each.status is Status.PROVEN]
    return [each.title or "" for each in judgements if each.status is Status.OBSERVED]


def test_a_cookie_of_a_login_and_a_page_with_a_form_are_told(tmp_path: Path) -> None:
    told = observed(tmp_path, "httponly=True", "{}")
    assert "The cookie sid of a login lacks Secure and SameSite" in told
    assert not [each for each in told if "colour" in each]
    assert any("may be put into a frame" in each for each in told)


@pytest.mark.parametrize(
    "policy", ["'Content-Security-Policy': \"frame-ancestors 'none'\"", "'X-Frame-Options': 'DENY'"]
)
def test_what_is_guarded_is_not_told(tmp_path: Path, policy: str) -> None:
    told = observed(tmp_path, "httponly=True, secure=True, samesite='Lax'", f"{{{policy}}}")
    assert not [each for each in told if "sid" in each or "frame" in each]
