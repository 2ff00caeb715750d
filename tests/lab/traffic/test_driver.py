"""The driver end to end on a bank: sign-up, login, own objects, balances, another user."""

from __future__ import annotations

import random
import secrets
from typing import Any

import flask
import pytest

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.discover import Discovery


def bank(word: dict[str, str] | None = None) -> Any:
    """A bank whose names can be replaced one by one."""
    word = word or {}

    def w(name: str) -> str:
        return word.get(name, name)

    app = flask.Flask("bank")
    users: dict[str, dict[str, Any]] = {}
    tokens: dict[str, str] = {}
    accounts: dict[int, dict[str, Any]] = {}

    def caller() -> str:
        user = tokens.get(flask.request.headers.get("Authorization", "").removeprefix("Bearer "))
        if user is None:
            flask.abort(flask.make_response({"error": "login required"}, 401))
        return user

    def own(number: int) -> dict[str, Any]:
        user = caller()
        account = accounts.get(number)
        if account is None or account["owner"] != user:
            flask.abort(flask.make_response({"error": f"no such {w('account')}"}, 404))
        return account

    def amount() -> int:
        value = flask.request.get_json().get(w("amount"))
        if not isinstance(value, int) or value <= 0:
            flask.abort(flask.make_response({"error": f"{w('amount')} must be a positive integer"}, 400))
        return value

    @app.post(f"/{w('register')}")
    def register() -> Any:
        data = flask.request.get_json()
        if "@" not in data.get(w("email"), "") or len(data.get(w("password"), "")) < 8:
            return {"error": f"{w('email')} and {w('password')} are required"}, 400
        if data[w("email")] in users:
            return {"error": "exists already"}, 409
        users[data[w("email")]] = data
        return {"id": len(users)}, 201

    @app.post(f"/{w('login')}")
    def login() -> Any:
        data = flask.request.get_json()
        user = users.get(data.get(w("email"), ""))
        if user is None or user[w("password")] != data.get(w("password")):
            return {"error": "wrong"}, 401
        token = secrets.token_hex(8)
        tokens[token] = data[w("email")]
        return {w("token"): token}

    @app.post(f"/{w('account')}s")
    def open_account() -> Any:
        number = len(accounts) + 1
        accounts[number] = {"id": number, "owner": caller(), "balance": 0}
        return accounts[number], 201

    @app.get(f"/{w('account')}s")
    def list_accounts() -> Any:
        user = caller()
        return [account for account in accounts.values() if account["owner"] == user]

    @app.post(f"/{w('account')}s/<int:number>/{w('deposit')}")
    def deposit(number: int) -> Any:
        account = own(number)
        account["balance"] += amount()
        return account

    @app.post(f"/{w('account')}s/<int:number>/{w('withdraw')}")
    def withdraw(number: int) -> Any:
        account, value = own(number), amount()
        if account["balance"] < value:
            return {"error": "Insufficient funds"}, 409
        account["balance"] -= value
        return account

    @app.post(f"/{w('transfer')}s")
    def transfer() -> Any:
        data = flask.request.get_json()
        source, value = own(data.get(f"from_{w('account')}_id")), amount()
        target = accounts.get(data.get(f"to_{w('account')}_id"))
        if target is None:
            return {"error": f"no such {w('account')}"}, 404
        if target is source:
            return {"error": f"cannot {w('transfer')} to the same {w('account')}"}, 400
        if source["balance"] < value:
            return {"error": "Insufficient funds"}, 409
        source["balance"] -= value
        target["balance"] += value
        return {"reference": secrets.token_hex(4)}, 201

    @app.delete(f"/{w('account')}s/<int:number>")
    def close(number: int) -> Any:
        if own(number)["balance"]:
            return {"error": "not empty"}, 409
        del accounts[number]
        return "", 204

    return app


def bank_operations(plain: Any, word: dict[str, str] | None = None) -> tuple[Operation, ...]:
    word = word or {}

    def w(name: str) -> str:
        return word.get(name, name)

    credentials = {w("email"): {"type": "string"}, w("password"): {"type": "string"}}
    account, amount = w("account"), {w("amount"): {"type": "integer"}}
    ids = {f"from_{account}_id": {"type": "integer"}, f"to_{account}_id": {"type": "integer"}}
    return (
        plain(f"POST /{w('register')}", body=credentials),
        plain(f"POST /{w('login')}", body=credentials),
        plain(f"POST /{account}s", body={}),
        plain(f"GET /{account}s"),
        plain(f"POST /{account}s/{{number}}/{w('deposit')}", body=amount),
        plain(f"POST /{account}s/{{number}}/{w('withdraw')}", body=amount),
        plain(f"POST /{w('transfer')}s", body={**ids, **amount}),
        plain(f"DELETE /{account}s/{{number}}"),
        Operation(method="WEBSOCKET", path="/live", source="routes"),
    )


def test_bank_is_reached_whole_and_every_way_replays(thread_testbed, tree_of, run, assert_replays, plain) -> None:
    testbed = thread_testbed(bank)
    playbook = run(testbed, tree_of(), Discovery(bank_operations(plain)))
    assert [(each.operation, each.why) for each in playbook.unreached] == [
        ("WEBSOCKET /live", "a WebSocket; only HTTP requests are made")
    ]
    assert_replays(testbed, playbook)
    withdraw = playbook.way("POST /accounts/{number}/withdraw")
    assert withdraw is not None
    assert [step.operation for step in withdraw.steps] == [
        "POST /register",
        "POST /login",
        "POST /accounts",
        "POST /accounts/{number}/deposit",
        "POST /accounts/{number}/withdraw",
    ]
    assert playbook.requests <= 30 * len(bank_operations(plain))


def test_the_same_seed_gives_the_same_playbook(thread_testbed, tree_of, run, plain) -> None:
    first, second = (run(thread_testbed(bank), tree_of(), Discovery(bank_operations(plain))) for _ in range(2))
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_renamed_services_are_reached_as_well(thread_testbed, tree_of, run, plain, seed: int) -> None:
    rng = random.Random(seed)
    made_up = ["zorp", "quill", "brind", "flarn", "gost", "vimp"]
    rng.shuffle(made_up)
    word = dict(zip(("account", "deposit", "withdraw", "transfer", "amount"), made_up, strict=False))
    playbook = run(thread_testbed(lambda: bank(word)), tree_of(), Discovery(bank_operations(plain, word)))
    assert len(playbook.reached) >= 0.8 * 8, playbook.unreached
