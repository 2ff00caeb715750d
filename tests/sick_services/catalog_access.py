"""The sick services of access control and their healthy twins."""

from __future__ import annotations

from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json
from sick_services.service import Api, SickService, api, object_of, operation, step

_SIGN_UP = step("POST", "/signup", body={"name": "user${unique}1"}, save="token", saved_at="/token")
_BEARER = {"Authorization": "Bearer ${token}"}


def _notes(noun: str, listed: str = "") -> Api:
    """Operations on objects of which each user has a list: made, listed, read, replaced and deleted."""
    listed = listed or f"/{noun}s"
    every, one, path = f"/{noun}s", f"/{noun}s/{{note_id}}", f"/{noun}s/${{note}}"
    make = step("POST", every, body={"text": "words ${unique}1"}, save="note", headers=_BEARER)
    ways: tuple[tuple[Step, ...], ...] = (
        (_SIGN_UP,),
        (_SIGN_UP, make),
        (_SIGN_UP, step("GET", listed, headers=_BEARER)),
        (_SIGN_UP, make, step("GET", one, path=path, headers=_BEARER)),
        (_SIGN_UP, make, step("PUT", one, path=path, body={"text": "other words"}, headers=_BEARER)),
        (_SIGN_UP, make, step("DELETE", one, path=path, headers=_BEARER)),
    )
    return api(
        operation("POST", "/signup", {}),
        operation("POST", every, {}),
        operation("GET", listed),
        operation("GET", one),
        operation("PUT", one, {}),
        operation("DELETE", one),
        ways=ways,
    )


_KEY = {"X-API-Key": "${key}"}
_REGISTER = step("POST", "/customers", body={"name": "user${unique}1"}, save="key", saved_at="/api_key")
_PLACE = step("POST", "/orders", body={"article": "lamp ${unique}1"}, save="order_id", headers=_KEY)
ORDERS = api(
    operation("POST", "/customers", {}),
    operation("POST", "/orders", {}),
    operation("GET", "/orders/{order_id}"),
    operation("POST", "/orders/{order_id}/cancel"),
    operation("POST", "/orders/{order_id}/tip"),
    ways=(
        (_REGISTER,),
        (_REGISTER, _PLACE),
        (_REGISTER, _PLACE, step("GET", "/orders/{order_id}", path="/orders/${order_id}", headers=_KEY)),
        (
            _REGISTER,
            _PLACE,
            step("POST", "/orders/{order_id}/cancel", path="/orders/${order_id}/cancel"),
        ),
        (
            _REGISTER,
            _PLACE,
            step("POST", "/orders/{order_id}/tip", path="/orders/${order_id}/tip", headers=_KEY),
        ),
    ),
)

_CUSTOMER = step(
    "POST", "/customers", body={"name": "user ${unique}1", "email": "user${unique}1@example.com"}, save="customer_id"
)


def _customers(shop_headers: dict[str, str]) -> Api:
    return api(
        operation("POST", "/customers", {}),
        operation("GET", "/customers/{customer_id}"),
        operation("POST", "/products", {}),
        ways=(
            (_CUSTOMER,),
            (_CUSTOMER, step("GET", "/customers/{customer_id}", path="/customers/${customer_id}")),
            (step("POST", "/products", body={"name": "lamp"}, headers=shop_headers, actor="admin"),),
        ),
    )


_USER = {"username": "user${unique}1", "password": "Str0ng-${unique}1"}
_LOGGED_IN = (step("POST", "/register", body=dict(_USER)), step("POST", "/login", body=dict(_USER)))
_INVOICE = step("POST", "/invoices", body={"total": 120}, save="invoice")
INVOICES = api(
    operation("POST", "/register", {}),
    operation("POST", "/login", {}),
    operation("POST", "/invoices", {}),
    operation("GET", "/invoices"),
    operation("GET", "/invoices/{invoice_id}"),
    operation("DELETE", "/invoices/{invoice_id}"),
    ways=(
        _LOGGED_IN[:1],
        _LOGGED_IN,
        (*_LOGGED_IN, _INVOICE),
        (*_LOGGED_IN, step("GET", "/invoices")),
        (*_LOGGED_IN, _INVOICE, step("GET", "/invoices/{invoice_id}", path="/invoices/${invoice}")),
        (*_LOGGED_IN, _INVOICE, step("DELETE", "/invoices/{invoice_id}", path="/invoices/${invoice}")),
    ),
)

_SHOP = "GET /customers/{customer_id}"
_NOTES = _notes("note")

_ADD_METER = step("POST", "/meters", body={"serial": "M-${unique}1"}, save="meter", headers=_BEARER)
_METER = "/meters/{meter_id}"


def _of_meter(method: str, below: str, body: dict[str, Json] | None = None) -> Step:
    path = "/meters/${meter}" + below
    return step(method, _METER + below, path=path, body=body, headers=_BEARER)


METERS = api(
    operation("POST", "/signup", {}),
    operation("POST", "/meters", {}),
    operation("GET", _METER),
    operation("POST", f"{_METER}/topups", {}),
    operation("GET", f"{_METER}/statement"),
    ways=(
        (_SIGN_UP,),
        (_SIGN_UP, _ADD_METER),
        (_SIGN_UP, _ADD_METER, _of_meter("GET", "")),
        (_SIGN_UP, _ADD_METER, _of_meter("POST", "/topups", {"cents": 500})),
        (_SIGN_UP, _ADD_METER, _of_meter("GET", "/statement")),
    ),
)

OBJECT_OF_ANOTHER = (
    SickService(
        "fastapi_statement",
        "fastapi",
        "fastapi_statement_sick",
        ("fastapi_statement_healthy", "fastapi_tariffs_healthy"),
        METERS,
        f"GET {_METER}/statement",
    ),
    *(
        SickService(
            f"flask_notes_{method}",
            "flask",
            "flask_notes_sick",
            ("flask_notes_healthy", "flask_posts_public_healthy", "flask_wiki_healthy"),
            _NOTES,
            f"{method} /notes/{{note_id}}",
        )
        for method in ("GET", "PUT", "DELETE")
    ),
    SickService(
        "flask_tickets",
        "flask",
        None,
        ("flask_tickets_healthy",),
        _notes("ticket", "/my/tickets"),
        "GET /tickets/{note_id}",
    ),
    SickService("flask_polls", "flask", None, ("flask_polls_healthy",), _notes("poll"), "GET /polls/{note_id}"),
    SickService(
        "fastapi_orders",
        "fastapi",
        "fastapi_orders_sick",
        ("fastapi_orders_healthy",),
        ORDERS,
        "POST /orders/{order_id}/cancel",
    ),
    SickService(
        "fastapi_orders_tip", "fastapi", None, ("fastapi_orders_healthy",), ORDERS, "POST /orders/{order_id}/tip"
    ),
    SickService(
        "fastapi_customers",
        "fastapi",
        "fastapi_customers_sick",
        ("fastapi_customers_healthy",),
        _customers({"X-Shop-Key": "shopkeeper-5d1f"}),
        _SHOP,
    ),
    SickService("fastapi_no_identity", "fastapi", None, ("fastapi_no_identity_healthy",), _customers({}), _SHOP),
    SickService(
        "flask_sessions",
        "flask",
        "flask_sessions_sick",
        ("flask_sessions_healthy",),
        INVOICES,
        "DELETE /invoices/{invoice_id}",
    ),
)

_ADMIN_KEY = {"X-Admin-Key": "change-me"}
COUPONS = api(operation("POST", "/coupons"), ways=((step("POST", "/coupons", headers=_ADMIN_KEY, actor="admin"),),))
_SEEDED: dict[str, Json] = {"username": "admin", "password": "admin123"}
ACCOUNT_LIST = api(
    operation("POST", "/login", {}),
    operation("GET", "/accounts"),
    ways=(
        (
            step("POST", "/login", body=_SEEDED, save="token", saved_at="/token", actor="admin"),
            step("GET", "/accounts", headers=_BEARER, actor="admin"),
        ),
    ),
)
KNOWN_CREDENTIAL = (
    SickService(
        "fastapi_default_key",
        "fastapi",
        "fastapi_default_key_sick",
        ("fastapi_default_key_healthy",),
        COUPONS,
        "POST /coupons",
    ),
    SickService("flask_seeded", "flask", "flask_seeded_sick", ("flask_seeded_healthy",), ACCOUNT_LIST, "GET /accounts"),
)

_LOGIN = step("POST", "/login", body=dict(_USER), save="token", saved_at="/token")
_SESSION = step("POST", "/login", body=dict(_USER))
ME_BY_TOKEN = api(
    operation("POST", "/login", object_of("username", "password", kind="string")),
    operation("GET", "/me"),
    operation("POST", "/logout"),
    ways=(
        (_LOGIN,),
        (_LOGIN, step("GET", "/me", headers=_BEARER)),
        (_LOGIN, step("POST", "/logout", headers=_BEARER)),
    ),
)
ME_BY_COOKIE = api(
    operation("POST", "/login", object_of("username", "password", kind="string")),
    operation("GET", "/me"),
    operation("POST", "/logout"),
    ways=((_SESSION,), (_SESSION, step("GET", "/me")), (_SESSION, step("POST", "/logout"))),
)
FORGEABLE_TOKEN = (
    SickService("flask_jwt", "flask", "flask_jwt_sick", ("flask_jwt_healthy",), ME_BY_TOKEN, "GET /me"),
    SickService(
        "fastapi_unsigned", "fastapi", "fastapi_unsigned_sick", ("fastapi_unsigned_healthy",), ME_BY_TOKEN, "GET /me"
    ),
    SickService("flask_session", "flask", "flask_session_sick", ("flask_session_healthy",), ME_BY_COOKIE, "GET /me"),
)
TOKEN_AFTER_LOGOUT = (
    SickService(
        "fastapi_logout", "fastapi", "fastapi_logout_sick", ("fastapi_logout_healthy",), ME_BY_TOKEN, "POST /logout"
    ),
    SickService("flask_cookie", "flask", "flask_cookie_sick", ("flask_cookie_healthy",), ME_BY_COOKIE, "POST /logout"),
)

ACCOUNTS_BY_PASSWORD = api(
    operation("POST", "/register", object_of("username", "password", kind="string")),
    operation("POST", "/login", object_of("username", "password", kind="string")),
    ways=(_LOGGED_IN[:1], _LOGGED_IN),
)
USER_ENUMERATION = (
    SickService(
        "flask_answer", "flask", "flask_answer_sick", ("flask_answer_healthy",), ACCOUNTS_BY_PASSWORD, "POST /login"
    ),
    SickService(
        "fastapi_time", "fastapi", "fastapi_time_sick", ("fastapi_time_healthy",), ACCOUNTS_BY_PASSWORD, "POST /login"
    ),
)

_REGISTERED = step("POST", "/register", body=dict(_USER), save="token", saved_at="/token")
_RENAME = step("PATCH", "/me", body={"username": "other${unique}1"}, headers=_BEARER)
PROFILE = api(
    operation("POST", "/register", object_of("username", "password", kind="string")),
    operation("GET", "/me"),
    operation("PATCH", "/me", object_of("username", kind="string")),
    ways=((_REGISTERED,), (_REGISTERED, step("GET", "/me", headers=_BEARER)), (_REGISTERED, _RENAME)),
)
MASS_ASSIGNMENT = (
    SickService("flask_signup", "flask", "flask_signup_sick", ("flask_signup_healthy",), PROFILE, "POST /register"),
    SickService(
        "fastapi_profile", "fastapi", "fastapi_profile_sick", ("fastapi_profile_healthy",), PROFILE, "PATCH /me"
    ),
)

_SHOPKEEPER = {"X-Shop-Key": "shop-key"}
_PRODUCT = step(
    "POST", "/products", body={"name": "lamp ${unique}3"}, save="product", headers=_SHOPKEEPER, actor="admin"
)
PRODUCTS = api(
    operation("POST", "/products", {}),
    operation("GET", "/products"),
    operation("DELETE", "/products/{product_id}"),
    ways=(
        (_PRODUCT,),
        (step("GET", "/products"),),
        (_PRODUCT, step("DELETE", "/products/{product_id}", path="/products/${product}")),
    ),
)
_ADMIN_LOGIN = step(
    "POST",
    "/login",
    body={"username": "admin", "password": "first-admin-2020"},
    save="admin_token",
    saved_at="/token",
    actor="admin",
)
_AS_ADMIN = {"Authorization": "Bearer ${admin_token}"}
_PLAIN = (step("POST", "/signup", body=dict(_USER)), _LOGIN)
UNDER_ADMIN = api(
    operation("POST", "/signup", {}),
    operation("POST", "/login", {}),
    operation("GET", "/admin/report"),
    operation("GET", "/admin/accounts"),
    ways=(
        _PLAIN[:1],
        _PLAIN,
        (_ADMIN_LOGIN, step("GET", "/admin/report", headers=_AS_ADMIN, actor="admin")),
        (*_PLAIN, step("GET", "/admin/accounts", headers=_BEARER)),
    ),
)
STAFF = api(
    operation("POST", "/signup", {}),
    operation("POST", "/login", {}),
    operation("GET", "/staff"),
    operation("GET", "/staff/salaries"),
    ways=(
        _PLAIN[:1],
        _PLAIN,
        (_ADMIN_LOGIN, step("GET", "/staff/salaries", headers=_AS_ADMIN, actor="admin")),
        (step("GET", "/staff"),),
    ),
)
BOOKINGS = api(
    operation("POST", "/signup", {}),
    operation("POST", "/login", {}),
    operation("GET", "/staff/free"),
    operation("POST", "/staff/hours"),
    operation("GET", "/staff/salaries"),
    ways=(
        _PLAIN[:1],
        _PLAIN,
        (_ADMIN_LOGIN, step("GET", "/staff/salaries", headers=_AS_ADMIN, actor="admin")),
        (step("GET", "/staff/free"),),
        (*_PLAIN, step("POST", "/staff/hours", headers=_BEARER)),
    ),
)
_MESSAGE = step(
    "POST",
    "/messages",
    body={"to": _USER["username"], "text": "hello"},
    save="message",
    headers=_AS_ADMIN,
    actor="admin",
)
MESSAGES = api(
    operation("POST", "/signup", {}),
    operation("POST", "/login", {}),
    operation("POST", "/messages", {}),
    operation("GET", "/messages"),
    operation("DELETE", "/messages/{message_id}"),
    ways=(
        _PLAIN[:1],
        _PLAIN,
        (_ADMIN_LOGIN, _MESSAGE),
        (*_PLAIN, step("GET", "/messages", headers=_BEARER)),
        (
            _ADMIN_LOGIN,
            *_PLAIN,
            _MESSAGE,
            step("DELETE", "/messages/{message_id}", path="/messages/${message}", headers=_BEARER),
        ),
    ),
)
_INVITATION = step(
    "POST",
    "/invitations",
    body={"email": "guest@example.com"},
    save="invitation",
    headers={"X-Office-Key": "office-key"},
    actor="admin",
)
INVITATIONS = api(
    operation("POST", "/invitations", {}),
    operation("GET", "/invitations/{code}"),
    operation("DELETE", "/invitations/{code}"),
    ways=(
        (_INVITATION,),
        (_INVITATION, step("GET", "/invitations/{code}", path="/invitations/${invitation}")),
        (_INVITATION, step("DELETE", "/invitations/{code}", path="/invitations/${invitation}")),
    ),
)
RIGHT_NOT_CHECKED = (
    SickService(
        "fastapi_products",
        "fastapi",
        "fastapi_products_sick",
        ("fastapi_products_healthy",),
        PRODUCTS,
        "DELETE /products/{product_id}",
    ),
    SickService(
        "flask_admin", "flask", "flask_admin_sick", ("flask_admin_healthy",), UNDER_ADMIN, "GET /admin/accounts"
    ),
    SickService("flask_directory", "flask", None, ("flask_directory_healthy",), STAFF, "GET /staff"),
    SickService("flask_booking", "flask", None, ("flask_booking_healthy",), BOOKINGS, "POST /staff/hours"),
    SickService("flask_booked", "flask", None, ("flask_booking_healthy",), BOOKINGS, "GET /staff/free"),
    SickService(
        "flask_invitations",
        "flask",
        None,
        ("flask_invitations_healthy",),
        INVITATIONS,
        "DELETE /invitations/{code}",
    ),
)

_CHANGE = step(
    "PUT",
    "/me/password",
    body={"old_password": _USER["password"], "new_password": _USER["password"]},
    headers=_BEARER,
)
PASSWORD_CHANGE = api(
    operation("POST", "/signup", object_of("username", "password", kind="string")),
    operation("POST", "/login", object_of("username", "password", kind="string")),
    operation("GET", "/me"),
    operation("PUT", "/me/password", object_of("old_password", "new_password", kind="string")),
    ways=(_PLAIN[:1], _PLAIN, (*_PLAIN, step("GET", "/me", headers=_BEARER)), (*_PLAIN, _CHANGE)),
)
TOKEN_AFTER_PASSWORD_CHANGE = (
    SickService(
        "flask_change",
        "flask",
        "flask_change_sick",
        ("flask_change_healthy",),
        PASSWORD_CHANGE,
        "PUT /me/password",
    ),
    SickService(
        "fastapi_signed",
        "fastapi",
        "fastapi_signed_sick",
        ("fastapi_signed_healthy",),
        PASSWORD_CHANGE,
        "PUT /me/password",
    ),
)

_BY_MAIL = {"email": "user${unique}1@example.com", "password": "Str0ng-${unique}1"}
_SIGNED_UP = (step("POST", "/signup", body=dict(_BY_MAIL)), step("POST", "/login", body=dict(_BY_MAIL)))


def _reset(forgot: str, reset: str) -> Api:
    return api(
        operation("POST", "/signup", object_of("email", "password", kind="string")),
        operation("POST", "/login", object_of("email", "password", kind="string")),
        operation("POST", forgot, object_of("email", kind="string")),
        operation("POST", reset, object_of("token", "new_password", kind="string")),
        ways=(_SIGNED_UP[:1], _SIGNED_UP),
    )


_FORGOTTEN = ("POST /forgot-password", "POST /reset-password")
_FORGOT = ("POST /password/forgot", "POST /password/reset")
PASSWORD_RESET = (
    SickService(
        "flask_told",
        "flask",
        "flask_told_sick",
        ("flask_printed_healthy",),
        _reset("/forgot-password", "/reset-password"),
        _FORGOTTEN,
    ),
    SickService(
        "fastapi_mailed",
        "fastapi",
        "fastapi_mailed_sick",
        ("fastapi_mailed_healthy",),
        _reset("/password/forgot", "/password/reset"),
        _FORGOT,
    ),
    SickService(
        "flask_counted", "flask", "flask_counted_sick", (), _reset("/forgot-password", "/reset-password"), _FORGOTTEN
    ),
    SickService(
        "fastapi_digest", "fastapi", "fastapi_digest_sick", (), _reset("/password/forgot", "/password/reset"), _FORGOT
    ),
)

READ_AFTER_LOGIN = api(
    operation("POST", "/signup", object_of("username", "password", kind="string")),
    operation("POST", "/login", object_of("username", "password", kind="string")),
    operation("GET", "/me"),
    ways=(_PLAIN[:1], _PLAIN, (*_PLAIN, step("GET", "/me", headers=_BEARER))),
)
TOKEN_WITHOUT_END = (
    SickService(
        "flask_table",
        "flask",
        "flask_table_sick",
        ("flask_table_healthy", "flask_forward_healthy"),
        READ_AFTER_LOGIN,
        "GET /me",
    ),
    SickService(
        "fastapi_signed", "fastapi", "fastapi_signed_sick", ("fastapi_signed_healthy",), READ_AFTER_LOGIN, "GET /me"
    ),
)

_DOCUMENT = step("POST", "/documents", body={"text": "words ${unique}1"}, save="document", headers=_BEARER)
_SHARE = step("POST", "/documents/{number}/share", path="/documents/${document}/share", headers=_BEARER).model_copy(
    update={"saves": (Save(name="code", path="/share_code"), Save(name="signature", path="/signature"))}
)
_SHARED = "GET /shared/{code}"


def _shares(query: tuple[tuple[str, str], ...] = ()) -> Api:
    """Documents that are shared by a link."""
    share = _SHARE if query else _SHARE.model_copy(update={"saves": _SHARE.saves[:1]})
    opened = step("GET", "/shared/{code}", path="/shared/${code}").model_copy(update={"query": query})
    return api(
        operation("POST", "/signup", {}),
        operation("POST", "/documents", {}),
        operation("GET", "/documents"),
        operation("POST", "/documents/{number}/share"),
        operation("GET", "/shared"),
        operation("GET", "/shared/{code}"),
        ways=(
            (_SIGN_UP,),
            (_SIGN_UP, _DOCUMENT),
            (_SIGN_UP, step("GET", "/documents", headers=_BEARER)),
            (_SIGN_UP, _DOCUMENT, share),
            (step("GET", "/shared"),),
            (_SIGN_UP, _DOCUMENT, share, opened),
        ),
    )


_MAILED_LOGIN = step(
    "POST",
    "/login",
    body={"email": "user${unique}1@example.com", "password": "Str0ng-${unique}1"},
    save="token",
    saved_at="/token",
)
_FILE = step("POST", "/files", body={"title": "words ${unique}1"}, headers=_BEARER).model_copy(
    update={"saves": (Save(name="number", path="/id"), Save(name="key", path="/download_key"))}
)
FILES = api(
    operation("POST", "/login", {}),
    operation("POST", "/files", {}),
    operation("GET", "/files/{number}"),
    operation("GET", "/download"),
    ways=(
        (_MAILED_LOGIN,),
        (_MAILED_LOGIN, _FILE),
        (_MAILED_LOGIN, _FILE, step("GET", "/files/{number}", path="/files/${number}", headers=_BEARER)),
        (_MAILED_LOGIN, _FILE, step("GET", "/download").model_copy(update={"query": (("key", "${key}"),)})),
    ),
)

GUESSABLE_SECRET = (
    SickService(
        "flask_share", "flask", "flask_share_sick", ("flask_share_healthy", "flask_listed_healthy"), _shares(), _SHARED
    ),
    SickService(
        "flask_signed", "flask", None, ("flask_signed_healthy",), _shares((("signature", "${signature}"),)), _SHARED
    ),
    SickService(
        "fastapi_download", "fastapi", "fastapi_download_sick", ("fastapi_download_healthy",), FILES, "GET /download"
    ),
)

ALL = {
    "guessable_secret": GUESSABLE_SECRET,
    "object_of_another": OBJECT_OF_ANOTHER,
    "known_credential": KNOWN_CREDENTIAL,
    "forgeable_token": FORGEABLE_TOKEN,
    "token_after_logout": TOKEN_AFTER_LOGOUT,
    "token_after_password_change": TOKEN_AFTER_PASSWORD_CHANGE,
    "password_reset": PASSWORD_RESET,
    "token_without_end": TOKEN_WITHOUT_END,
    "user_enumeration": USER_ENUMERATION,
    "mass_assignment": MASS_ASSIGNMENT,
    "right_not_checked": RIGHT_NOT_CHECKED,
}
EXPERIMENTS = {folder: folder.replace("_", "-") for folder in ALL} | {
    "user_enumeration": "login-probe",
    "token_after_password_change": "token-after-change",
    "token_without_end": "login-kept",
}
