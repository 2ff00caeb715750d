"""Sick services and healthy twins for several processes that run side by side, for what is read back, and for time."""

from __future__ import annotations

from sick_services.service import Api, SickService, api, object_of, operation, step

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
        ("fastapi_limit_healthy", "fastapi_short_cache_healthy", "fastapi_counted_healthy"),
        ORDERS,
        "POST /orders",
        workers=2,
    ),
)

STARTING = (
    SickService("flask_seed", "flask", "flask_seed_sick", ("flask_seed_healthy",), USERS, None, workers=4),
    SickService(
        "fastapi_postgresql",
        "fastapi",
        "fastapi_postgresql_sick",
        ("fastapi_postgresql_healthy",),
        USERS,
        None,
        postgresql=True,
        workers=3,
    ),
    SickService("fastapi_tables", "fastapi", None, ("fastapi_tables_healthy",), USERS, None, workers=4),
)

_item = step("POST", "/items", body={"name": "Lamp", "price": 10}, save="item")
ITEMS = api(
    operation("POST", "/items", {}),
    operation("GET", "/items/{item}"),
    operation("PUT", "/items/{item}", {}),
    ways=(
        (_item,),
        (_item, step("GET", "/items/{item}", path="/items/${item}")),
        (_item, step("PUT", "/items/{item}", path="/items/${item}", body={"name": "Lamp", "price": 10})),
    ),
)
PROFILE = api(
    operation("POST", "/login", object_of("name", kind="string")),
    operation("GET", "/profile"),
    ways=((_login,), (_login, step("GET", "/profile", headers=_bearer))),
)
_CHANGE = "PUT /items/{item}"

READBACK = (
    SickService(
        "flask_unstored",
        "flask",
        "flask_unstored_sick",
        ("flask_other_form_healthy", "flask_draft_healthy"),
        ITEMS,
        _CHANGE,
    ),
    SickService(
        "fastapi_cached",
        "fastapi",
        "fastapi_cached_sick",
        ("fastapi_cleared_healthy", "fastapi_max_age_healthy"),
        ITEMS,
        _CHANGE,
    ),
    SickService(
        "flask_shared_cache", "flask", "flask_shared_cache_sick", ("flask_own_cache_healthy",), PROFILE, "GET /profile"
    ),
    SickService("fastapi_public", "fastapi", None, ("fastapi_public_healthy",), PROFILE, "GET /profile"),
)

MEMBERS = api(
    operation("POST", "/members", object_of("name", kind="string")),
    operation("GET", "/members"),
    ways=((step("POST", "/members", body={"name": "member-${unique}1"}),), (step("GET", "/members"),)),
)

CALENDAR = (
    SickService("flask_year", "flask", "flask_year_sick", ("flask_year_healthy",), MEMBERS, "POST /members"),
    SickService(
        "fastapi_month",
        "fastapi",
        "fastapi_month_sick",
        ("fastapi_month_healthy", "fastapi_closed_healthy"),
        MEMBERS,
        "POST /members",
    ),
)

_coupon = step("POST", "/coupons", body={"code": "code-${unique}1"})
_expiring = {"code": {"type": "string"}, "expires_at": {"anyOf": [{"type": "string", "format": "date-time"}]}}
COUPONS = api(
    operation("POST", "/coupons", {"type": "object", "properties": _expiring}),
    operation("POST", "/orders", object_of("coupon", kind="string")),
    ways=((_coupon,), (_coupon, step("POST", "/orders", body={"coupon": "code-${unique}1"}))),
)

DEADLINES = (
    SickService(
        "fastapi_coupon", "fastapi", "fastapi_coupon_sick", ("fastapi_coupon_healthy",), COUPONS, "POST /orders"
    ),
    SickService("flask_coupon", "flask", None, ("flask_coupon_healthy",), COUPONS, "POST /orders"),
)

EXPIRY = (
    SickService(
        "fastapi_never",
        "fastapi",
        "fastapi_never_sick",
        ("fastapi_epoch_healthy", "fastapi_database_clock_healthy", "fastapi_hours_healthy"),
        PROFILE,
        "POST /login",
    ),
    SickService("flask_local", "flask", "flask_local_sick", ("flask_aware_healthy",), PROFILE, "POST /login"),
    SickService("flask_naive", "flask", "flask_naive_sick", (), PROFILE, "POST /login"),
)

_seat = step("POST", "/seats", body={}, save="seat")
_hold = step("POST", "/seats/{seat}/hold", path="/seats/${seat}/hold", body={"name": "user-${unique}1"})
SEATS = api(
    operation("POST", "/seats"),
    operation("POST", "/seats/{seat}/hold", object_of("name", kind="string")),
    ways=((_seat,), (_seat, _hold)),
)
_guest = step(
    "POST",
    "/login",
    body={"email": "user${unique}1@example.com", "password": "Str0ng-${unique}1"},
    save="token",
    saved_at="/token",
)
TABLES = api(
    operation("POST", "/login", object_of("email", "password", kind="string")),
    operation("POST", "/reservations", object_of("table", kind="string")),
    ways=((_guest,), (_guest, step("POST", "/reservations", body={"table": "7"}, headers=_bearer))),
)

HOLDS = (
    SickService(
        "flask_seats",
        "flask",
        "flask_seats_sick",
        ("flask_seats_healthy", "flask_sold_healthy"),
        SEATS,
        "POST /seats/{seat}/hold",
    ),
    SickService(
        "fastapi_tables",
        "fastapi",
        "fastapi_tables_sick",
        ("fastapi_tables_healthy", "fastapi_swept_healthy"),
        TABLES,
        "POST /reservations",
    ),
)

_event = step("POST", "/events", body={"seats": 20}, save="event")


def _seats(what: str) -> Api:
    path = f"/events/{{event}}/{what}"
    taking = step("POST", path, path=f"/events/${{event}}/{what}", body={"quantity": 2})
    return api(
        operation("POST", "/events", object_of("seats")),
        operation("GET", "/events/{event}"),
        operation("POST", path, object_of("quantity")),
        ways=((_event,), (_event, step("GET", "/events/{event}", path="/events/${event}")), (_event, taking)),
    )


_RESERVE = "POST /events/{event}/reservations"
LEFT_HELD = (
    SickService(
        "fastapi_seats", "fastapi", "fastapi_seats_sick", ("fastapi_seats_healthy",), _seats("reservations"), _RESERVE
    ),
    SickService("flask_late", "flask", None, ("flask_late_healthy",), _seats("reservations"), _RESERVE),
    SickService(
        "flask_sold", "flask", None, ("flask_sold_healthy",), _seats("tickets"), "POST /events/{event}/tickets"
    ),
)

HALF_MADE = (
    SickService("flask_file", "flask", "flask_file_sick", ("flask_file_healthy",), USERS, None),
    SickService("fastapi_version", "fastapi", None, ("fastapi_version_healthy",), USERS, None),
)

ALL = {
    "half_made": HALF_MADE,
    "left_held": LEFT_HELD,
    "workers": WORKERS,
    "starting": STARTING,
    "readback": READBACK,
    "calendar": CALENDAR,
    "deadlines": DEADLINES,
    "expiry": EXPIRY,
    "holds": HOLDS,
}
"""By folder."""

EXPERIMENTS = {
    "half_made": "broken-start",
    "left_held": "left-held",
    "workers": "several-workers",
    "starting": "start-together",
    "readback": "read-back",
    "calendar": "calendar-days",
    "deadlines": "deadlines",
    "expiry": "expiry",
    "holds": "holds",
}
"""The experiment for each folder."""
