"""The sick services of private values and their healthy twins."""

from __future__ import annotations

from crashworthy.core.value import Json
from sick_services.service import SickService, api, object_of, operation, step

_CARD: dict[str, Json] = {"card_number": "4242424242424242", "expiry": "12/30", "cvv": "123"}
PAYMENTS = api(operation("POST", "/payments", {}), ways=((step("POST", "/payments", body={**_CARD, "amount": 5}),),))

_READER: dict[str, Json] = {
    "name": "Reader ${unique}1",
    "email": "user${unique}1@example.com",
    "card_number": "reader-${unique}1",
    "expiry": "2031-01-01",
}
READERS = api(
    operation("POST", "/readers", {}),
    operation("GET", "/readers"),
    ways=((step("POST", "/readers", body=_READER),), (step("GET", "/readers"),)),
)

_login = step("POST", "/login", body={"username": "user-${unique}1"}, save="token", saved_at="/token")
_register = step("POST", "/register", body={"username": "user-${unique}1"}, save="token", saved_at="/token")
_join = step(
    "POST", "/register", body={"username": "user-${unique}1", "company": "Example Ltd"}, save="token", saved_at="/token"
)
_bearer = {"Authorization": "Bearer ${token}"}
LOGINS = api(
    operation("POST", "/login", object_of("username", kind="string")),
    operation("GET", "/me"),
    ways=((_login,), (_login, step("GET", "/me", headers=_bearer))),
)
USERS = api(
    operation("POST", "/register", object_of("username", kind="string")),
    operation("GET", "/me"),
    operation("GET", "/users"),
    ways=(
        (_register,),
        (_register, step("GET", "/me", headers=_bearer)),
        (_register, step("GET", "/users", headers=_bearer)),
    ),
)
_add = step("POST", "/cards", body=_CARD, headers=_bearer)
_list = step("GET", "/cards", headers=_bearer)
CARDS = api(
    operation("POST", "/register", object_of("username", kind="string")),
    operation("POST", "/cards", {}),
    operation("GET", "/cards"),
    ways=((_register,), (_register, _add), (_register, _list)),
)
DESK = api(
    operation("POST", "/register", object_of("username", "company", kind="string")),
    operation("POST", "/cards", {}),
    operation("GET", "/cards"),
    ways=((_join,), (_join, _add), (_join, _list)),
)
_PAY = "POST /payments"

ALL = {
    "private_value_in_log": (
        SickService("flask_card", "flask", "flask_card_sick", ("flask_card_healthy",), PAYMENTS, _PAY),
        SickService("fastapi_token", "fastapi", "fastapi_token_sick", ("fastapi_token_healthy",), LOGINS, "GET /me"),
    ),
    "private_value_at_rest": (
        SickService("flask_row", "flask", "flask_row_sick", ("flask_wiped_healthy",), PAYMENTS, _PAY),
        SickService("fastapi_file", "fastapi", "fastapi_file_sick", ("fastapi_encrypted_healthy",), PAYMENTS, _PAY),
    ),
    "private_value_passed_on": (
        SickService("fastapi_prompt", "fastapi", "fastapi_prompt_sick", ("fastapi_prompt_healthy",), PAYMENTS, _PAY),
        SickService("flask_chat", "flask", "flask_chat_sick", ("flask_provider_healthy",), PAYMENTS, _PAY),
    ),
    "private_value_shown": (
        SickService("flask_cards", "flask", "flask_cards_sick", ("flask_cards_healthy",), CARDS, "POST /cards"),
        SickService("fastapi_users", "fastapi", "fastapi_users_sick", ("fastapi_users_healthy",), USERS, "GET /me"),
        SickService("fastapi_desk", "fastapi", None, ("fastapi_colleagues_healthy",), DESK, "POST /cards"),
    ),
}
EXPERIMENTS = dict.fromkeys(ALL, "private-trail")
