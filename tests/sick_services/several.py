"""Sick services and healthy twins for several processes that run side by side."""

from __future__ import annotations

from sick_services.service import SickService, api, object_of, operation, step

_login = step("POST", "/login", body={"name": "user-${unique}1"}, save="token", saved_at="/token")
_bearer = {"Authorization": "Bearer ${token}"}
OWN_ORDERS = api(
    operation("POST", "/login", object_of("name", kind="string")),
    operation("POST", "/orders", object_of("amount")),
    operation("GET", "/orders"),
    ways=(
        (_login,),
        (_login, step("POST", "/orders", body={"amount": 5}, headers=_bearer)),
        (_login, step("GET", "/orders", headers=_bearer)),
    ),
)

ORDERS = api(
    operation("POST", "/orders", object_of("amount")),
    operation("GET", "/orders"),
    ways=((step("POST", "/orders", body={"amount": 5}),), (step("GET", "/orders"),)),
)

USERS = api(operation("GET", "/users"), ways=((step("GET", "/users"),),))

WORKERS = (
    SickService(
        "flask_session",
        "flask",
        "flask_session_sick",
        ("flask_session_healthy", "flask_cookie_healthy"),
        OWN_ORDERS,
        "POST /orders",
        workers=2,
    ),
    SickService(
        "fastapi_key",
        "fastapi",
        "fastapi_random_key_sick",
        ("fastapi_given_key_healthy",),
        OWN_ORDERS,
        "POST /orders",
        workers=2,
    ),
    SickService(
        "fastapi_limit",
        "fastapi",
        "fastapi_limit_sick",
        ("fastapi_limit_healthy", "fastapi_short_cache_healthy"),
        ORDERS,
        "POST /orders",
        workers=2,
    ),
)

STARTING = (
    SickService("flask_seed", "flask", "flask_seed_sick", ("flask_seed_healthy",), USERS, None, workers=4),
    SickService("fastapi_tables", "fastapi", None, ("fastapi_tables_healthy",), USERS, None, workers=4),
)

ALL = {"workers": WORKERS, "starting": STARTING}
"""By folder."""

EXPERIMENTS = {"workers": "several-workers", "starting": "start-together"}
"""The experiment for each folder."""
