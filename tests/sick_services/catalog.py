"""The sick services and their healthy twins, with the ways to their operations written by hand.

The ways are written down, so that what is tested here is the experiments and not the driver.
"""

from __future__ import annotations

from dataclasses import replace

from crashworthy.core.playbook import Variant, Way
from sick_services import adding, consistency, several
from sick_services import catalog_access as access
from sick_services import catalog_crosssite as crosssite
from sick_services import catalog_exposure as exposure
from sick_services import catalog_injection as injection
from sick_services import catalog_private as private
from sick_services import catalog_resource as resource
from sick_services.service import FOLDER, Api, SickService, api, object_of, operation, step

_open = step("POST", "/accounts", body={"balance": 100}, save="account")
_read = step("GET", "/accounts/{account}", path="/accounts/${account}")
_withdraw = step("POST", "/accounts/{account}/withdraw", path="/accounts/${account}/withdraw", body={"amount": 10})
ACCOUNTS = api(
    operation("POST", "/accounts", object_of("balance")),
    operation("GET", "/accounts/{account}"),
    operation("POST", "/accounts/{account}/withdraw", object_of("amount")),
    ways=((_open,), (_open, _read), (_open, _withdraw)),
)

_item = step("POST", "/items", body={"name": "lamp", "stock": 10}, save="item_id")
_reserve = step("POST", "/items/{item_id}/reserve", path="/items/${item_id}/reserve", body={"quantity": 1})
ITEMS = api(
    operation("POST", "/items", {}),
    operation("GET", "/items"),
    operation("POST", "/items/{item_id}/reserve", object_of("quantity")),
    ways=((_item,), (step("GET", "/items"),), (_item, _reserve)),
)

USERS = api(
    operation("POST", "/users", object_of("email", kind="string")),
    operation("GET", "/users"),
    ways=((step("POST", "/users", body={"email": "user-${unique}1@example.com"}),), (step("GET", "/users"),)),
)

VOTES = api(
    operation("POST", "/votes", object_of("choice", kind="string")),
    operation("GET", "/votes"),
    ways=((step("POST", "/votes", body={"choice": "tea"}),), (step("GET", "/votes"),)),
)

SALES = api(
    operation("POST", "/sales", object_of("amount")),
    operation("GET", "/report"),
    ways=((step("POST", "/sales", body={"amount": 5}),), (step("GET", "/report"),)),
)

_member = step("POST", "/members", body={"name": "member-${unique}1"}, save="member")
_book = step("POST", "/books", body={"title": "book-${unique}1"}, save="book")
_borrow = step("POST", "/books/{book}/loans", path="/books/${book}/loans", body={"member": "${member}"})
_ADD_METER = step("POST", "/meters", body={}, save="meter")
_TOP_UP = step("POST", "/meters/{meter}/topups", path="/meters/${meter}/topups", body={"cents": 700}, save="topup")
REFUNDS = api(
    operation("POST", "/meters", {}),
    operation("GET", "/meters/{meter}"),
    operation("POST", "/meters/{meter}/topups", {}),
    operation("POST", "/topups/{topup}/refund"),
    ways=(
        (_ADD_METER,),
        (_ADD_METER, step("GET", "/meters/{meter}", path="/meters/${meter}")),
        (_ADD_METER, _TOP_UP),
        (_ADD_METER, _TOP_UP, step("POST", "/topups/{topup}/refund", path="/topups/${topup}/refund")),
    ),
)
_FORM = step("GET", "/form", save="token", saved_at="/token")
FORMS = api(
    operation("GET", "/form"),
    operation("POST", "/requests", {}),
    operation("GET", "/requests"),
    ways=(
        (_FORM,),
        (_FORM, step("POST", "/requests", body={"token": "${token}", "text": "words"})),
        (step("GET", "/requests"),),
    ),
)
LOANS = api(
    operation("POST", "/members", object_of("name", kind="string")),
    operation("POST", "/books", object_of("title", kind="string")),
    operation("POST", "/books/{book}/loans", object_of("member")),
    operation("GET", "/members/{member}/loans"),
    ways=(
        (_member,),
        (_book,),
        (_member, _book, _borrow),
        (_member, step("GET", "/members/{member}/loans", path="/members/${member}/loans")),
    ),
)

_user = step("POST", "/users", body={"name": "user-${unique}1"}, save="user")
_event = step("POST", "/events", body={"seats": 5}, save="event").model_copy(update={"actor": "admin"})
_seat = step("POST", "/events/{event}/seats", path="/events/${event}/seats", body={"user": "${user}"})
SEATS = api(
    operation("POST", "/users", object_of("name", kind="string")),
    operation("POST", "/events", object_of("seats")),
    operation("POST", "/events/{event}/seats", object_of("user")),
    operation("GET", "/events/{event}"),
    ways=(
        (_user,),
        (_event,),
        (_user, _event, _seat),
        (_event, step("GET", "/events/{event}", path="/events/${event}")),
    ),
)

_login = step("POST", "/login", body={"name": "A"}, save="token", saved_at="/token")
_shown = {"Authorization": "Bearer ${token}"}
LOGINS = api(
    operation("POST", "/login", object_of("name", kind="string")),
    operation("POST", "/logout"),
    operation("GET", "/me"),
    ways=((_login,), (_login, step("POST", "/logout", headers=_shown)), (_login, step("GET", "/me", headers=_shown))),
)

_WITHDRAW = "POST /accounts/{account}/withdraw"

LOST_UPDATE = (
    SickService(
        "flask_sqlite",
        "flask",
        "flask_sqlite_sick",
        (
            "flask_sqlite_healthy_atomic",
            "flask_sqlite_healthy_immediate",
            "flask_sqlite_healthy_lock",
            "flask_sqlite_healthy_version",
        ),
        ACCOUNTS,
        _WITHDRAW,
    ),
    SickService("flask_logout", "flask", None, ("flask_logout_healthy",), LOGINS, "POST /logout"),
    SickService("flask_sqlite_last_unit", "flask", "flask_sqlite_last_unit_sick", (), ACCOUNTS, _WITHDRAW),
    SickService(
        "fastapi_sqlalchemy",
        "fastapi",
        "fastapi_sqlalchemy_sick",
        ("fastapi_sqlalchemy_healthy_atomic", "fastapi_sqlalchemy_healthy_version"),
        ITEMS,
        "POST /items/{item_id}/reserve",
    ),
    SickService(
        "fastapi_async_memory",
        "fastapi",
        "fastapi_async_memory_sick",
        ("fastapi_async_memory_healthy_lock",),
        ACCOUNTS,
        _WITHDRAW,
    ),
    SickService("flask_memory", "flask", "flask_memory_sick", ("flask_memory_healthy_lock",), ACCOUNTS, _WITHDRAW),
    SickService("flask_signup", "flask", "flask_signup_sick", ("flask_signup_healthy_unique",), USERS, "POST /users"),
    SickService(
        "flask_json_file", "flask", "flask_json_file_sick", ("flask_json_file_healthy_lock",), VOTES, "POST /votes"
    ),
    SickService(
        "flask_postgresql",
        "flask",
        "flask_postgresql_sick",
        ("flask_postgresql_healthy_for_update", "flask_postgresql_healthy_serializable"),
        ACCOUNTS,
        _WITHDRAW,
        postgresql=True,
    ),
    SickService(
        "flask_refund",
        "flask",
        "flask_refund_sick",
        ("flask_refund_healthy_conditional",),
        REFUNDS,
        "POST /topups/{topup}/refund",
    ),
    SickService("flask_cookie_form", "flask", None, ("flask_cookie_form_healthy",), FORMS, "POST /requests"),
    SickService(
        "flask_loan_limit",
        "flask",
        "flask_loan_limit_sick",
        ("flask_loan_limit_healthy_guarded",),
        LOANS,
        "POST /books/{book}/loans",
    ),
    SickService(
        "fastapi_seats",
        "fastapi",
        "fastapi_seats_sick",
        ("fastapi_seats_healthy_lock",),
        SEATS,
        "POST /events/{event}/seats",
    ),
    SickService("fastapi_background", "fastapi", None, ("fastapi_background_healthy",), SALES, "POST /sales"),
    SickService(
        "fastapi_redis",
        "fastapi",
        "fastapi_redis_sick",
        ("fastapi_redis_healthy_watch",),
        ACCOUNTS,
        _WITHDRAW,
        redis=True,
    ),
    SickService("flask_redis", "flask", None, ("flask_redis_healthy_script",), ACCOUNTS, _WITHDRAW, redis=True),
    SickService("django_orm", "django", "django_orm_sick", ("django_orm_healthy_expression",), ACCOUNTS, _WITHDRAW),
)

CRASH_UNDER_CONCURRENCY = (
    SickService("flask_signup", "flask", "flask_signup_sick", ("flask_signup_healthy_conflict",), USERS, "POST /users"),
    SickService(
        "fastapi_locked",
        "fastapi",
        "fastapi_locked_sick",
        ("fastapi_locked_healthy_retry", "fastapi_locked_healthy_unavailable"),
        ITEMS,
        "POST /items/{item_id}/reserve",
    ),
)

ORDERS = api(
    operation("POST", "/orders", {}),
    operation("GET", "/health"),
    ways=((step("POST", "/orders", body={"amount": 5}),), (step("GET", "/health"),)),
)

_scanned = Way(
    operation="POST /orders",
    actor="A",
    status=200,
    steps=(step("POST", "/orders", body={"amount": 5, "barcode": "7"}),),
)
SCANNED_ORDERS = replace(
    ORDERS, playbook=ORDERS.playbook.model_copy(update={"variants": (Variant(way=_scanned, inputs=("body.barcode",)),)})
)
ORDERS_AND_PEOPLE = api(
    operation("POST", "/orders", {}),
    operation("POST", "/people", {}),
    operation("GET", "/health"),
    ways=(
        (step("POST", "/orders", body={"amount": 5}),),
        (step("POST", "/people", body={"name": "person-${unique}1"}),),
        (step("GET", "/health"),),
    ),
)

SLOW_DEPENDENCY = (
    SickService(
        "fastapi_sync_urllib",
        "fastapi",
        "fastapi_sync_urllib_sick",
        ("fastapi_total_limit_healthy",),
        ORDERS,
        "POST /orders",
    ),
    SickService("fastapi_async_blocked", "fastapi", "fastapi_async_blocked_sick", (), ORDERS, "POST /orders"),
    SickService(
        "flask_drip",
        "flask",
        "flask_drip_sick",
        ("flask_background_healthy", "flask_future_healthy"),
        ORDERS,
        "POST /orders",
    ),
    SickService("flask_optional_call", "flask", "flask_optional_call_sick", (), SCANNED_ORDERS, "POST /orders"),
    SickService("flask_write_lock", "flask", "flask_write_lock_sick", (), ORDERS_AND_PEOPLE, "POST /orders"),
)

QUANTITIES = api(
    operation("POST", "/orders", object_of("quantity"), source="openapi"),
    operation("GET", "/health"),
    ways=((step("POST", "/orders", body={"quantity": 2}),), (step("GET", "/health"),)),
)
ORDER_LIST = api(
    operation("POST", "/orders", object_of("quantity"), source="openapi"),
    operation("GET", "/orders"),
    ways=((step("POST", "/orders", body={"quantity": 2}),), (step("GET", "/orders"),)),
)
PEOPLE = api(
    operation("POST", "/people", object_of("name", kind="string"), source="openapi"),
    operation("GET", "/people"),
    ways=((step("POST", "/people", body={"name": "person-${unique}1"}),), (step("GET", "/people"),)),
)

_account = step("POST", "/accounts", body={}, save="account")
_deposit = step("POST", "/accounts/{account}/deposits", path="/accounts/${account}/deposits", body={"amount": 5})
DEPOSITS = api(
    operation("POST", "/accounts"),
    operation("POST", "/accounts/{account}/deposits", object_of("amount")),
    ways=((_account,), (_account, _deposit)),
)

CRASH_ON_INPUT = (
    SickService(
        "flask_unchecked", "flask", "flask_unchecked_sick", ("flask_checked_healthy",), QUANTITIES, "POST /orders"
    ),
    SickService(
        "fastapi_duplicate",
        "fastapi",
        "fastapi_duplicate_sick",
        ("fastapi_duplicate_healthy", "fastapi_middleware_healthy"),
        PEOPLE,
        "POST /people",
    ),
    SickService("fastapi_exit", "fastapi", "fastapi_exit_sick", (), QUANTITIES, "POST /orders"),
)

WEDGED = (
    SickService(
        "flask_lock",
        "flask",
        "flask_lock_sick",
        ("flask_lock_healthy", "flask_breaker_healthy"),
        QUANTITIES,
        "POST /orders",
    ),
    SickService("fastapi_pool", "fastapi", "fastapi_pool_sick", ("fastapi_pool_healthy",), ORDER_LIST, "POST /orders"),
    SickService("flask_taken", "flask", None, ("flask_taken_healthy",), ORDER_LIST, "POST /orders"),
    SickService("flask_poisoned_list", "flask", "flask_poisoned_list_sick", (), ORDER_LIST, "POST /orders"),
    SickService(
        "flask_infinite", "flask", "flask_infinite_sick", ("flask_infinite_healthy",), ORDER_LIST, "POST /orders"
    ),
    SickService(
        "flask_own_balance",
        "flask",
        "flask_own_balance_sick",
        ("flask_own_balance_healthy",),
        DEPOSITS,
        "POST /accounts/{account}/deposits",
    ),
)

READS = api(operation("GET", "/orders"), ways=((step("GET", "/orders"),),))

PARALLEL_REQUESTS = (
    SickService(
        "fastapi_pool",
        "fastapi",
        "fastapi_pool_sick",
        ("fastapi_pool_healthy", "fastapi_pool_closed_healthy"),
        READS,
        "GET /orders",
    ),
    SickService("flask_refuses", "flask", None, ("flask_refuses_healthy",), READS, "GET /orders"),
)

ALL = {
    "lost_update": LOST_UPDATE,
    "crash_under_concurrency": CRASH_UNDER_CONCURRENCY,
    "slow_dependency": SLOW_DEPENDENCY,
    "crash_on_input": CRASH_ON_INPUT,
    "wedged": WEDGED,
    "parallel_requests": PARALLEL_REQUESTS,
    **access.ALL,
    **exposure.ALL,
    **private.ALL,
    **crosssite.ALL,
    **injection.ALL,
    **resource.ALL,
    **consistency.ALL,
    **several.ALL,
    **adding.ALL,
}
"""By folder."""

EXPERIMENTS = {
    "lost_update": "lost-update",
    "crash_under_concurrency": "lost-update",
    "slow_dependency": "slow-dependency",
    "crash_on_input": "hostile-input",
    "wedged": "hostile-input",
    "parallel_requests": "parallel-requests",
    **access.EXPERIMENTS,
    **exposure.EXPERIMENTS,
    **private.EXPERIMENTS,
    **crosssite.EXPERIMENTS,
    **dict.fromkeys(injection.ALL, "injection"),
    **resource.EXPERIMENTS,
    **consistency.EXPERIMENTS,
    **several.EXPERIMENTS,
    **adding.EXPERIMENTS,
}
"""The experiment for each folder."""

__all__ = ["ALL", "EXPERIMENTS", "FOLDER", "Api", "SickService"]
