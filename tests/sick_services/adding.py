"""Sick services and healthy twins for numbers that have to add up, and for lists."""

from __future__ import annotations

from crashworthy.core.operation import Operation, Parameter, ParameterIn
from sick_services.service import Api, SickService, api, object_of, operation, step

_from = step("POST", "/accounts", body={"balance": 100}, save="source")
_to = step("POST", "/accounts", body={"balance": 5}, save="target")
_read = step("GET", "/accounts/{account}", path="/accounts/${source}")
_transfer = step("POST", "/transfers", body={"from_account": "${source}", "to_account": "${target}", "amount": 10})
TRANSFERS = api(
    operation("POST", "/accounts", object_of("balance")),
    operation("GET", "/accounts/{account}"),
    operation("POST", "/transfers", object_of("from_account", "to_account", "amount")),
    ways=((_from,), (_from, _read), (_from, _to, _transfer)),
)

_withdraw = step("POST", "/accounts/{account}/withdraw", path="/accounts/${source}/withdraw", body={"amount": 10})
WITHDRAWALS = api(
    operation("POST", "/accounts", object_of("balance")),
    operation("GET", "/accounts/{account}"),
    operation("POST", "/accounts/{account}/withdraw", object_of("amount")),
    ways=((_from,), (_from, _read), (_from, _withdraw)),
)

_book = step("POST", "/accounts/{account}/entries", path="/accounts/${source}/entries", body={"amount": 10})
ENTRIES = api(
    operation("POST", "/accounts", object_of("balance")),
    operation("GET", "/accounts/{account}"),
    operation("POST", "/accounts/{account}/entries", object_of("amount")),
    ways=((_from,), (_from, _read), (_from, _book)),
)

_product = step("POST", "/products", body={"stock": 5}, save="product")
_order = step("POST", "/orders", body={"items": [{"product_id": "${product}", "quantity": 1}]})
ORDERS = api(
    operation("POST", "/products", object_of("stock")),
    operation("GET", "/products/{product}"),
    operation("POST", "/orders", {}),
    ways=(
        (_product,),
        (_product, step("GET", "/products/{product}", path="/products/${product}")),
        (_product, _order),
    ),
)

SALES = api(
    operation("POST", "/sales", object_of("price", kind="number")),
    operation("GET", "/sales"),
    ways=((step("POST", "/sales", body={"price": 10, "quantity": 1}),), (step("GET", "/sales"),)),
)

CONSERVATION = (
    SickService(
        "flask_self_transfer",
        "flask",
        "flask_self_transfer_sick",
        ("flask_self_transfer_healthy",),
        TRANSFERS,
        "POST /transfers",
    ),
    SickService("fastapi_fee", "fastapi", None, ("fastapi_fee_healthy",), TRANSFERS, "POST /transfers"),
    SickService(
        "fastapi_negative",
        "fastapi",
        "fastapi_negative_sick",
        ("fastapi_negative_healthy",),
        WITHDRAWALS,
        "POST /accounts/{account}/withdraw",
    ),
    SickService(
        "flask_signed", "flask", None, ("flask_signed_healthy",), WITHDRAWALS, "POST /accounts/{account}/withdraw"
    ),
    SickService(
        "flask_entries", "flask", None, ("flask_entries_healthy",), ENTRIES, "POST /accounts/{account}/entries"
    ),
    SickService(
        "flask_two_lines", "flask", "flask_two_lines_sick", ("flask_two_lines_healthy",), ORDERS, "POST /orders"
    ),
    SickService("fastapi_backorder", "fastapi", None, ("fastapi_backorder_healthy",), ORDERS, "POST /orders"),
    SickService("fastapi_float", "fastapi", "fastapi_float_sick", ("fastapi_decimal_healthy",), SALES, "POST /sales"),
    SickService("flask_rounded", "flask", None, ("flask_rounded_healthy",), SALES, "POST /sales"),
)

_note = step("POST", "/notes", body={"text": "note-${unique}1"})


def _notes(index: str, size: str, *, deleted: bool = False) -> Api:
    listing = Operation(
        method="GET",
        path="/notes",
        parameters=tuple(Parameter(name=name, where=ParameterIn.QUERY) for name in (index, size)),
    )
    saving = step("POST", "/notes", body={"text": "note-${unique}1"}, save="note")
    drop = step("DELETE", "/notes/{number}", path="/notes/${note}")
    return api(
        operation("POST", "/notes", object_of("text", kind="string")),
        listing,
        *([operation("DELETE", "/notes/{number}")] if deleted else []),
        ways=((_note,), (step("GET", "/notes"),), *([(saving, drop)] if deleted else [])),
    )


PAGES = (
    SickService("fastapi_last_page", "fastapi", "fastapi_last_page_sick", (), _notes("page", "per_page"), "GET /notes"),
    SickService(
        "fastapi_encoded_offset",
        "fastapi",
        "fastapi_encoded_offset_sick",
        ("fastapi_keyset_healthy",),
        _notes("cursor", "limit", deleted=True),
        "GET /notes",
    ),
    SickService(
        "flask_offset",
        "flask",
        None,
        ("flask_offset_healthy",),
        _notes("offset", "limit", deleted=True),
        "GET /notes",
    ),
    SickService(
        "fastapi_cursor", "fastapi", None, ("fastapi_cursor_healthy",), _notes("cursor", "limit"), "GET /notes"
    ),
    SickService(
        "flask_from_one",
        "flask",
        "flask_from_one_sick",
        ("flask_newest_first_healthy", "flask_from_nought_healthy"),
        _notes("page", "limit"),
        "GET /notes",
    ),
)

BILLS = api(
    operation("POST", "/bills", {}),
    operation("GET", "/bills"),
    ways=((step("POST", "/bills", body={"amount": 12.5, "people": 1}),), (step("GET", "/bills"),)),
)
PLANS = api(
    operation("POST", "/plans", {}),
    operation("GET", "/plans"),
    ways=((step("POST", "/plans", body={"amount": 12.5, "months": 2}),), (step("GET", "/plans"),)),
)

SPLIT = (
    SickService(
        "fastapi_bills",
        "fastapi",
        "fastapi_bills_sick",
        ("fastapi_bills_healthy", "fastapi_rest_healthy"),
        BILLS,
        "POST /bills",
    ),
    SickService("flask_plans", "flask", "flask_plans_sick", ("flask_plans_healthy",), PLANS, "POST /plans"),
)

ALL = {"conservation": CONSERVATION, "pages": PAGES, "split": SPLIT}
"""By folder."""

EXPERIMENTS = {"conservation": "odd-amounts", "pages": "page-by-page", "split": "split"}
"""The experiment for each folder."""
