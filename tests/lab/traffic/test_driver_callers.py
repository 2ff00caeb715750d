"""Ways to show who one is: forms, keys, cookies, headers, and accounts that stand in the source."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import flask
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader

from crashworthy.lab.traffic.discover import Discovery, discover


def oauth() -> Any:
    """A form with `username` gives a token to whom signed up with an e-mail address and a repeated password."""
    app = flask.Flask("oauth")
    users: dict[str, str] = {}

    @app.post("/users")
    def sign_up() -> Any:
        data = flask.request.get_json()
        if data["password"] != data["password_confirm"]:
            return {"error": "passwords differ"}, 422
        users[data["email"]] = data["password"]
        return {"email": data["email"]}, 201

    @app.post("/token")
    def token() -> Any:
        form = flask.request.form
        if form.get("grant_type") != "password" or users.get(form["username"]) != form["password"]:
            return {"detail": "Incorrect username or password"}, 400
        return {"access_token": "t-" + form["username"], "token_type": "bearer"}

    @app.get("/me")
    def me() -> Any:
        if not flask.request.headers.get("Authorization", "").startswith("Bearer t-"):
            return {"detail": "Not authenticated"}, 401
        return {"ok": True}

    return app


def api_key() -> FastAPI:
    app = FastAPI()
    keys: set[str] = set()
    scheme = APIKeyHeader(name="X-Tenant-Key")

    @app.post("/tenants", status_code=201)
    def create() -> Any:
        keys.add("key-" + secrets.token_hex(8))
        return {"api_key": max(keys)}

    @app.get("/usage")
    def usage(key: Annotated[str, Depends(scheme)]) -> Any:
        if key not in keys:
            raise HTTPException(401)
        return {"calls": 1}

    return app


def browser() -> Any:
    """Session cookie, and a CSRF token in a cookie for what changes something."""
    app = flask.Flask("browser")
    app.secret_key = "x"
    users: dict[str, str] = {}

    @app.before_request
    def check() -> Any:
        changes = flask.request.method == "POST" and flask.request.path == "/notes"
        if changes and flask.request.headers.get("X-CSRFToken") != flask.request.cookies.get("csrftoken", "-"):
            return {"detail": "CSRF token missing or incorrect"}, 403
        return None

    @app.post("/signup")
    def sign_up() -> Any:
        users[flask.request.form["username"]] = flask.request.form["password"]
        return "", 201

    @app.post("/login")
    def login() -> Any:
        if users.get(flask.request.form.get("username", "")) != flask.request.form.get("password", "-"):
            return {"error": "wrong"}, 401
        flask.session["user"] = flask.request.form["username"]
        answer = flask.redirect("/notes")
        answer.set_cookie("csrftoken", "c5rf")
        return answer

    @app.get("/notes")
    def notes() -> Any:
        return [] if "user" in flask.session else flask.redirect("/login?next=/notes")

    @app.post("/notes")
    def add() -> Any:
        return ({"id": 1}, 201) if "user" in flask.session else ({"error": "log in"}, 401)

    return app


def token_header() -> Any:
    """`Authorization: Token x`, and the name is given at login under another word than at sign-up."""
    app = flask.Flask("token")
    users: dict[str, str] = {}

    @app.post("/auth/signup")
    def sign_up() -> Any:
        data = flask.request.get_json()
        users[data["email"]] = data["password"]
        return {"ok": True}, 201

    @app.post("/auth/login")
    def login() -> Any:
        data = flask.request.get_json()
        if users.get(data["username"]) != data["password"]:
            return {"error": "no"}, 401
        return {"token": "tok" + data["username"]}

    @app.get("/profile")
    def profile() -> Any:
        ok = flask.request.headers.get("Authorization", "").startswith("Token tok")
        return ({"ok": True}) if ok else ({"error": "token required"}, 401)

    return app


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PAIR = {"username": {"type": "string"}, "password": {"type": "string"}}
EMAIL = {"email": {"type": "string"}, "password": {"type": "string"}}


CALLERS: dict[str, tuple[Any, bool, tuple[tuple[str, dict[str, Any] | None, str], ...]]] = {
    "OAuth2 password form": (
        oauth,
        False,
        (
            ("POST /users", {**EMAIL, "password_confirm": {"type": "string"}}, JSON),
            ("POST /token", {"grant_type": {"const": "password"}, **PAIR}, FORM),
            ("GET /me", None, JSON),
        ),
    ),
    "API key in a header": (api_key, True, ()),
    "session cookie and CSRF token": (
        browser,
        False,
        (
            ("POST /signup", PAIR, FORM),
            ("POST /login", PAIR, FORM),
            ("GET /notes", None, JSON),
            ("POST /notes", {}, JSON),
        ),
    ),
    "Token header and another name": (
        token_header,
        False,
        (("POST /auth/signup", EMAIL, JSON), ("POST /auth/login", PAIR, JSON), ("GET /profile", None, JSON)),
    ),
}


@pytest.mark.parametrize("kind", CALLERS)
def test_callers_prove_who_they_are(thread_testbed, tree_of, run, assert_replays, plain, kind: str) -> None:
    make, asgi, given = CALLERS[kind]
    testbed = thread_testbed(make, asgi=asgi)
    with testbed.fresh() as instance:
        operations = tuple(plain(name, body=body, kind=each) for name, body, each in given)
        found = Discovery(operations) if given else discover(tree_of(), instance)
    playbook = run(testbed, tree_of(), found)
    assert playbook.unreached == ()
    assert_replays(testbed, playbook)


def desk() -> Any:
    app = flask.Flask("desk")
    people = {"root": "toor-1234"}

    @app.post("/signup")
    def sign_up() -> Any:
        data = flask.request.get_json()
        people[data["username"]] = data["password"]
        return {}, 201

    @app.post("/login")
    def login() -> Any:
        data = flask.request.get_json()
        if people.get(data["username"]) != data["password"]:
            return {"error": "no"}, 401
        return {"token": data["username"]}

    @app.post("/rooms")
    def rooms() -> Any:
        user = flask.request.headers.get("Authorization", "")
        if not user:
            return {"error": "log in"}, 401
        return ({"id": 1}, 201) if user == "Bearer root" else ({"error": "administrators only"}, 403)

    return app


def test_an_account_that_the_source_makes_is_used(thread_testbed, tree_of, run, assert_replays, plain) -> None:
    testbed = thread_testbed(desk)
    tree = tree_of('people.add(User(username="root", password=hash_password("toor-1234")))')
    found = Discovery((plain("POST /signup", body=PAIR), plain("POST /login", body=PAIR), plain("POST /rooms")))
    playbook = run(testbed, tree, found)
    assert playbook.unreached == ()
    way = playbook.way("POST /rooms")
    assert way is not None
    assert way.actor == "admin"
    assert_replays(testbed, playbook)
