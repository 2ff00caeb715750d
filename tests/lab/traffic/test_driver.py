"""The driver end to end: each service here needs something that a naive client does not do."""

from __future__ import annotations

import random
import secrets
import time
from typing import Annotated, Any

import flask
import pytest
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

from crashworthy.core.events import OperationsReached
from crashworthy.core.operation import Body, Operation, Parameter, ParameterIn
from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.discover import Discovery, discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.player import Player


def run(testbed: Any, tree: Any, found: Discovery, **options: Any) -> Playbook:
    events: list[Any] = []
    context = LearnContext(
        testbed=testbed,
        tree=tree,
        operations=found.operations,
        schemes=found.schemes,
        seed=options.pop("seed", 1),
        deadline=time.monotonic() + 60,
        emit=events.append,
        **options,
    )
    playbook = learn(context)
    assert isinstance(events[-1], OperationsReached)
    assert events[-1].reached == len(playbook.reached)
    return playbook


def assert_replays(testbed: Any, playbook: Playbook) -> None:
    for way in playbook.ways:
        with testbed.fresh() as instance:
            played = Player(instance.base_url).play(way.steps)
        answer = played.exchanges[-1].response
        assert answer is not None
        assert answer.status == way.status, way


def operation(name: str, *, body: dict[str, Any] | None = None) -> Operation:
    """An operation as routes without models give it: names only."""
    method, path = name.split(" ")
    names = [part.partition("}")[0] for part in path.split("{")[1:]]
    parameters = [
        Parameter(name=n, where=ParameterIn.PATH, required=True, data_schema={"type": "integer"}) for n in names
    ]
    schema = {"type": "object", "properties": body} if body is not None else None
    return Operation(
        method=method,
        path=path,
        parameters=tuple(parameters),
        body=Body(data_schema=schema) if schema else None,
        source="routes",
    )


# --- a bank: sign-up, login, own objects, balances, another user


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


def bank_operations(word: dict[str, str] | None = None) -> tuple[Operation, ...]:
    word = word or {}

    def w(name: str) -> str:
        return word.get(name, name)

    credentials = {w("email"): {"type": "string"}, w("password"): {"type": "string"}}
    account, amount = w("account"), {w("amount"): {"type": "integer"}}
    ids = {f"from_{account}_id": {"type": "integer"}, f"to_{account}_id": {"type": "integer"}}
    return (
        operation(f"POST /{w('register')}", body=credentials),
        operation(f"POST /{w('login')}", body=credentials),
        operation(f"POST /{account}s", body={}),
        operation(f"GET /{account}s"),
        operation(f"POST /{account}s/{{number}}/{w('deposit')}", body=amount),
        operation(f"POST /{account}s/{{number}}/{w('withdraw')}", body=amount),
        operation(f"POST /{w('transfer')}s", body={**ids, **amount}),
        operation(f"DELETE /{account}s/{{number}}"),
        Operation(method="WEBSOCKET", path="/live", source="routes"),
    )


def test_bank_is_reached_whole_and_every_way_replays(thread_testbed, tree_of) -> None:
    testbed = thread_testbed(bank)
    playbook = run(testbed, tree_of(), Discovery(bank_operations()))
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
    assert playbook.requests <= 30 * len(bank_operations())


def test_the_same_seed_gives_the_same_playbook(thread_testbed, tree_of) -> None:
    first, second = (run(thread_testbed(bank), tree_of(), Discovery(bank_operations())) for _ in range(2))
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_renamed_services_are_reached_as_well(thread_testbed, tree_of, seed: int) -> None:
    rng = random.Random(seed)
    made_up = ["zorp", "quill", "brind", "flarn", "gost", "vimp"]
    rng.shuffle(made_up)
    word = dict(zip(("account", "deposit", "withdraw", "transfer", "amount"), made_up, strict=False))
    playbook = run(thread_testbed(lambda: bank(word)), tree_of(), Discovery(bank_operations(word)))
    assert len(playbook.reached) >= 0.8 * 8, playbook.unreached


# --- a shop: OpenAPI served, an administrator's key from the environment, orders under another path


class ProductIn(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{2,5}-\d{4,8}$")
    price: int = Field(gt=0)
    stock: int = 0


class OrderIn(BaseModel):
    product_id: int
    quantity: int = Field(ge=1, le=5)
    method: str


def shop() -> FastAPI:
    app = FastAPI()
    products: dict[int, dict[str, Any]] = {}
    orders: dict[int, dict[str, Any]] = {}

    def admin(x_admin_key: Annotated[str, Header()] = "") -> None:
        if x_admin_key != "s3cret-admin":
            raise HTTPException(403, "admin only")

    @app.post("/products", status_code=201, dependencies=[Depends(admin)])
    def create(body: ProductIn) -> Any:
        if any(product["sku"] == body.sku for product in products.values()):
            raise HTTPException(409, "SKU already exists")
        products[len(products) + 1] = {"id": len(products) + 1, **body.model_dump()}
        return products[len(products)]

    @app.get("/orders")
    def listed() -> Any:
        return list(orders.values())

    @app.post("/checkout", status_code=201)
    def checkout(body: OrderIn) -> Any:
        if body.method not in ("card", "invoice"):
            raise HTTPException(422, "method must be one of card, invoice")
        product = products.get(body.product_id)
        if product is None:
            raise HTTPException(404, "product not found")
        if product["stock"] < body.quantity:
            raise HTTPException(409, "out of stock")
        number = len(orders) + 100
        orders[number] = {"id": number, "product_id": body.product_id, "quantity": body.quantity, "status": "open"}
        return orders[number]

    @app.post("/orders/{order_id}/pay")
    def pay(order_id: int) -> Any:
        if order_id not in orders:
            raise HTTPException(404)
        orders[order_id]["status"] = "paid"
        return orders[order_id]

    @app.post("/orders/{order_id}/refund", dependencies=[Depends(admin)])
    def refund(order_id: int) -> Any:
        if order_id not in orders:
            raise HTTPException(404)
        if orders[order_id]["status"] != "paid":
            raise HTTPException(409, "only a paid order can be refunded")
        orders[order_id]["status"] = "refunded"
        return orders[order_id]

    return app


def test_shop_needs_a_key_stock_and_a_paid_order(thread_testbed, tree_of) -> None:
    testbed = thread_testbed(shop, asgi=True)
    with testbed.fresh() as instance:
        found = discover(tree_of(), instance)
    assert len(found.operations) == 5
    playbook = run(testbed, tree_of(), found, environment={"ADMIN_KEY": "s3cret-admin"})
    assert playbook.unreached == ()
    assert_replays(testbed, playbook)
    refund = playbook.way("POST /orders/{order_id}/refund")
    assert refund is not None
    assert refund.actor == "admin"
    assert [step.operation for step in refund.steps[:-1]] == [
        "POST /products",
        "POST /checkout",
        "POST /orders/{order_id}/pay",
    ]


def test_without_the_key_it_is_said_what_is_missing(thread_testbed, tree_of) -> None:
    testbed = thread_testbed(shop, asgi=True)
    with testbed.fresh() as instance:
        found = discover(tree_of(), instance)
    playbook = run(testbed, tree_of(), found)
    why = {each.operation: each.why for each in playbook.unreached}
    assert "needs a credential" in why["POST /products"]
    assert "admin only" in why["POST /products"]
    assert "product_id" in why["POST /checkout"]


# --- other ways to show who one is


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


FORM = "application/x-www-form-urlencoded"
PAIR = {"username": {"type": "string"}, "password": {"type": "string"}}
EMAIL = {"email": {"type": "string"}, "password": {"type": "string"}}


def forms(found: tuple[Operation, ...]) -> tuple[Operation, ...]:
    return tuple(
        each.model_copy(update={"body": each.body.model_copy(update={"content_type": FORM})}) if each.body else each
        for each in found
    )


CALLERS: dict[str, tuple[Any, bool, tuple[Operation, ...]]] = {
    "OAuth2 password form": (
        oauth,
        False,
        (
            operation("POST /users", body={**EMAIL, "password_confirm": {"type": "string"}}),
            *forms((operation("POST /token", body={"grant_type": {"const": "password"}, **PAIR}),)),
            operation("GET /me"),
        ),
    ),
    "API key in a header": (api_key, True, ()),
    "session cookie and CSRF token": (
        browser,
        False,
        (
            *forms((operation("POST /signup", body=PAIR), operation("POST /login", body=PAIR))),
            operation("GET /notes"),
            operation("POST /notes", body={}),
        ),
    ),
    "Token header and another name": (
        token_header,
        False,
        (
            operation("POST /auth/signup", body=EMAIL),
            operation("POST /auth/login", body=PAIR),
            operation("GET /profile"),
        ),
    ),
}


@pytest.mark.parametrize("kind", CALLERS)
def test_callers_prove_who_they_are(thread_testbed, tree_of, kind: str) -> None:
    make, asgi, given = CALLERS[kind]
    testbed = thread_testbed(make, asgi=asgi)
    with testbed.fresh() as instance:
        found = Discovery(given) if given else discover(tree_of(), instance)
    playbook = run(testbed, tree_of(), found)
    assert playbook.unreached == ()
    assert_replays(testbed, playbook)


# --- an administrator whose password stands in the source


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


def test_an_account_that_the_source_makes_is_used(thread_testbed, tree_of) -> None:
    testbed = thread_testbed(desk)
    tree = tree_of('people.add(User(username="root", password=hash_password("toor-1234")))')
    found = Discovery(
        (operation("POST /signup", body=PAIR), operation("POST /login", body=PAIR), operation("POST /rooms"))
    )
    playbook = run(testbed, tree, found)
    assert playbook.unreached == ()
    way = playbook.way("POST /rooms")
    assert way is not None
    assert way.actor == "admin"
    assert_replays(testbed, playbook)


# --- things that only the source knows of, and a service that stops


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


def test_seeded_things_are_found_and_errors_are_told(thread_testbed, tree_of) -> None:
    testbed = thread_testbed(seeded)
    code = Parameter(name="code", where=ParameterIn.PATH, required=True, data_schema={"type": "string"})
    found = Discovery((Operation(method="GET", path="/promos/{code}", parameters=(code,)), operation("POST /broken")))
    playbook = run(testbed, tree_of('promos = {"SPRING": 3}'), found)
    assert playbook.reached == {"GET /promos/{code}"}
    assert playbook.unreached[0].why.startswith("always an error of the service: 500")
