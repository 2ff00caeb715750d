"""Sick services and healthy twins for what happens between requests: repetitions, failures in the middle, restarts."""

from __future__ import annotations

from sick_services.service import SickService, api, object_of, operation, step

_open = step("POST", "/accounts", body={"balance": 100}, save="account")
_read = step("GET", "/accounts/{account}", path="/accounts/${account}")
_deposit = step("POST", "/accounts/{account}/deposit", path="/accounts/${account}/deposit", body={"amount": 10})
_account = (operation("POST", "/accounts", object_of("balance")), operation("GET", "/accounts/{account}"))
_ways = ((_open,), (_open, _read), (_open, _deposit))
DEPOSITS = api(*_account, operation("POST", "/accounts/{account}/deposit", object_of("amount")), ways=_ways)
KEYED_DEPOSITS = api(
    *_account,
    operation("POST", "/accounts/{account}/deposit", object_of("amount"), headers=("idempotency-key",)),
    ways=_ways,
)

KEYED_ORDERS = api(
    operation("POST", "/orders", object_of("amount"), headers=("idempotency-key",)),
    operation("GET", "/orders"),
    ways=(
        (step("POST", "/orders", body={"amount": 500}, headers={"idempotency-key": "key-${unique}1"}),),
        (step("GET", "/orders"),),
    ),
)

_cart = step("POST", "/carts", save="cart")
CARTS = api(
    operation("POST", "/carts"),
    operation("GET", "/carts/{cart}"),
    operation("PUT", "/carts/{cart}", object_of("quantity")),
    ways=(
        (_cart,),
        (_cart, step("GET", "/carts/{cart}", path="/carts/${cart}")),
        (_cart, step("PUT", "/carts/{cart}", path="/carts/${cart}", body={"quantity": 3})),
    ),
)

PAID_ORDERS = api(
    operation("POST", "/orders", object_of("amount")),
    operation("GET", "/orders"),
    ways=(
        (step("POST", "/orders", body={"amount": 500, "reference": "order-${unique}1"}),),
        (step("GET", "/orders"),),
    ),
)

_DEPOSIT = "POST /accounts/{account}/deposit"

REPEATED_REQUEST = (
    SickService(
        "flask_key", "flask", "flask_key_sick", ("flask_key_healthy", "flask_outbox_healthy"), DEPOSITS, _DEPOSIT
    ),
    SickService(
        "fastapi_key",
        "fastapi",
        "fastapi_key_ignored_sick",
        ("fastapi_key_stored_healthy",),
        KEYED_DEPOSITS,
        _DEPOSIT,
    ),
    SickService("fastapi_key_swallows", "fastapi", "fastapi_key_swallows_sick", (), KEYED_DEPOSITS, _DEPOSIT),
    SickService(
        "fastapi_postgresql",
        "fastapi",
        "fastapi_postgresql_sick",
        ("fastapi_postgresql_healthy",),
        KEYED_DEPOSITS,
        _DEPOSIT,
        postgresql=True,
    ),
    SickService(
        "flask_put",
        "flask",
        "flask_put_adds_sick",
        ("flask_put_sets_healthy", "flask_put_counted_healthy"),
        CARTS,
        "PUT /carts/{cart}",
    ),
    SickService(
        "fastapi_charge",
        "fastapi",
        "fastapi_charge_sick",
        ("fastapi_charge_healthy",),
        PAID_ORDERS,
        "POST /orders",
        idempotent=("POST /orders",),
    ),
)

_voucher = step("POST", "/vouchers", save="voucher")
VOUCHERS = api(
    operation("POST", "/vouchers"),
    operation("GET", "/vouchers/{voucher}"),
    operation("GET", "/wallet"),
    operation("POST", "/vouchers/{voucher}/redeem"),
    ways=(
        (_voucher,),
        (_voucher, step("GET", "/vouchers/{voucher}", path="/vouchers/${voucher}")),
        (step("GET", "/wallet"),),
        (_voucher, step("POST", "/vouchers/{voucher}/redeem", path="/vouchers/${voucher}/redeem")),
    ),
)

_from = step("POST", "/accounts", body={"balance": 100}, save="source")
_to = step("POST", "/accounts", body={"balance": 5}, save="target")
_transfer = step("POST", "/transfers", body={"source": "${source}", "target": "${target}", "amount": 10})
TRANSFERS = api(
    *_account,
    operation("POST", "/transfers", object_of("source", "target", "amount")),
    operation("GET", "/transfers"),
    ways=((_open,), (_open, _read), (_from, _to, _transfer), (step("GET", "/transfers"),)),
)

PLAIN_TRANSFERS = api(
    *_account,
    operation("POST", "/transfers", object_of("source", "target", "amount")),
    ways=((_open,), (_open, _read), (_from, _to, _transfer)),
)

_ordered = step("POST", "/orders", save="order")
BY_CARD = api(
    operation("POST", "/orders"),
    operation("GET", "/orders/{order}"),
    operation("POST", "/orders/{order}/pay", object_of("card_token", kind="string")),
    ways=(
        (_ordered,),
        (_ordered, step("GET", "/orders/{order}", path="/orders/${order}")),
        (_ordered, step("POST", "/orders/{order}/pay", path="/orders/${order}/pay", body={"card_token": "tok_visa"})),
    ),
)

CODES = api(
    operation("POST", "/vouchers"),
    operation("GET", "/wallet"),
    operation("POST", "/vouchers/{voucher}/redeem"),
    ways=(
        (_voucher,),
        (step("GET", "/wallet"),),
        (_voucher, step("POST", "/vouchers/{voucher}/redeem", path="/vouchers/${voucher}/redeem")),
    ),
)

BROKEN_IN_THE_MIDDLE = (
    SickService(
        "flask_used_up",
        "flask",
        "flask_used_up_sick",
        ("flask_used_up_healthy", "flask_lease_healthy"),
        CODES,
        "POST /vouchers/{voucher}/redeem",
    ),
    SickService(
        "flask_two_commits",
        "flask",
        "flask_two_commits_sick",
        ("flask_one_transaction_healthy", "flask_counted_healthy"),
        VOUCHERS,
        "POST /vouchers/{voucher}/redeem",
    ),
    SickService(
        "fastapi_async_transfer",
        "fastapi",
        "fastapi_async_transfer_sick",
        ("fastapi_async_pending_healthy",),
        TRANSFERS,
        "POST /transfers",
    ),
    SickService(
        "fastapi_charge_then_record",
        "fastapi",
        "fastapi_charge_then_record_sick",
        (
            "fastapi_pending_then_charge_healthy",
            "fastapi_charge_under_key_healthy",
            "fastapi_charge_under_reference_healthy",
        ),
        PAID_ORDERS,
        "POST /orders",
    ),
    SickService(
        "fastapi_sqlalchemy", "fastapi", None, ("fastapi_sqlalchemy_healthy",), PLAIN_TRANSFERS, "POST /transfers"
    ),
    SickService(
        "fastapi_postgresql",
        "fastapi",
        "fastapi_postgresql_sick",
        ("fastapi_postgresql_healthy",),
        PLAIN_TRANSFERS,
        "POST /transfers",
        postgresql=True,
    ),
    SickService(
        "fastapi_key_of_card",
        "fastapi",
        "fastapi_key_of_card_sick",
        ("fastapi_key_of_order_healthy",),
        BY_CARD,
        "POST /orders/{order}/pay",
    ),
    SickService("flask_refund", "flask", None, ("flask_refund_healthy",), PAID_ORDERS, "POST /orders"),
)

SIMPLE_ORDERS = api(
    operation("POST", "/orders", object_of("amount")),
    operation("GET", "/orders"),
    ways=((step("POST", "/orders", body={"amount": 5}),), (step("GET", "/orders"),)),
)

_person = step("POST", "/people", body={"name": "Ada"}, save="person")
_presence = step("POST", "/people/{person}/presence", path="/people/${person}/presence", body={"doing": "lunch"})
PRESENCE = api(
    operation("POST", "/people", object_of("name", kind="string")),
    operation("GET", "/people/{person}"),
    operation("POST", "/people/{person}/presence", object_of("doing", kind="string")),
    ways=(
        (_person,),
        (_person, step("GET", "/people/{person}", path="/people/${person}")),
        (_person, _presence),
    ),
)

RESTART = (
    SickService(
        "flask_presence", "flask", None, ("flask_presence_healthy",), PRESENCE, "POST /people/{person}/presence"
    ),
    SickService("flask_background", "flask", "flask_background_sick", (), SIMPLE_ORDERS, "POST /orders"),
    SickService(
        "flask_postgresql",
        "flask",
        "flask_postgresql_sick",
        ("flask_postgresql_healthy",),
        SIMPLE_ORDERS,
        "POST /orders",
        postgresql=True,
    ),
    SickService("flask_outbox", "flask", None, ("flask_outbox_healthy",), SIMPLE_ORDERS, "POST /orders"),
    SickService(
        "fastapi_json_file",
        "fastapi",
        "fastapi_json_file_sick",
        ("fastapi_json_file_healthy",),
        SIMPLE_ORDERS,
        "POST /orders",
    ),
    SickService("fastapi_memory", "fastapi", None, ("fastapi_memory_healthy",), DEPOSITS, _DEPOSIT),
    SickService("flask_counted", "flask", None, ("flask_counted_healthy",), SIMPLE_ORDERS, "POST /orders"),
)

_order = step("POST", "/orders", save="order")
_PAY, _CANCEL = "/orders/{order}/pay", "/orders/{order}/cancel"
PAID_AND_CANCELLED = api(
    operation("POST", "/orders"),
    operation("GET", "/orders/{order}"),
    operation("POST", _PAY),
    operation("POST", _CANCEL),
    ways=(
        (_order,),
        (_order, step("GET", "/orders/{order}", path="/orders/${order}")),
        (_order, step("POST", _PAY, path="/orders/${order}/pay")),
        (_order, step("POST", _CANCEL, path="/orders/${order}/cancel")),
    ),
)

TAKEN_BACK = (
    SickService(
        "flask_pay_then_record",
        "flask",
        "flask_pay_then_record_sick",
        ("flask_pending_healthy",),
        PAID_AND_CANCELLED,
        (f"POST {_PAY}", f"POST {_CANCEL}"),
    ),
    SickService(
        "fastapi_asks",
        "fastapi",
        None,
        ("fastapi_asks_healthy",),
        PAID_AND_CANCELLED,
        (f"POST {_PAY}", f"POST {_CANCEL}"),
    ),
)

STOPPING = (
    SickService("flask_exit", "flask", "flask_exit_sick", ("flask_waits_healthy",), SIMPLE_ORDERS, "POST /orders"),
    SickService(
        "fastapi_lifespan", "fastapi", "fastapi_lifespan_sick", ("fastapi_note_healthy",), SIMPLE_ORDERS, "POST /orders"
    ),
)

LEFT_LOCKED = (
    SickService("flask_mark", "flask", "flask_mark_sick", ("flask_mark_healthy",), DEPOSITS, _DEPOSIT),
    SickService(
        "flask_busy",
        "flask",
        "flask_busy_sick",
        ("flask_busy_until_healthy", "flask_busy_until_start_healthy"),
        DEPOSITS,
        _DEPOSIT,
    ),
    SickService(
        "fastapi_lock_file", "fastapi", "fastapi_lock_file_sick", ("fastapi_flock_healthy",), DEPOSITS, _DEPOSIT
    ),
)

ALL = {
    "left_locked": LEFT_LOCKED,
    "stopping": STOPPING,
    "taken_back": TAKEN_BACK,
    "repeated_request": REPEATED_REQUEST,
    "broken_in_the_middle": BROKEN_IN_THE_MIDDLE,
    "restart": RESTART,
}
"""By folder."""

EXPERIMENTS = {
    "left_locked": "broken-in-the-middle",
    "stopping": "stopping",
    "taken_back": "taken-back",
    "repeated_request": "repeated-request",
    "broken_in_the_middle": "broken-in-the-middle",
    "restart": "restart",
}
"""The experiment for each folder."""
