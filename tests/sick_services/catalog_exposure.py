"""The sick services of exposure and their healthy twins."""

from __future__ import annotations

from sick_services.service import SickService, api, object_of, operation, step

_REGISTER = step(
    "POST",
    "/register",
    body={"username": "user${unique}1", "password": "Str0ng-${unique}1"},
    save="token",
    saved_at="/token",
)
USERS = api(
    operation("POST", "/register", object_of("username", "password", kind="string")),
    operation("GET", "/me"),
    ways=((_REGISTER,), (_REGISTER, step("GET", "/me", headers={"Authorization": "Bearer ${token}"}))),
)
QUANTITIES = api(
    operation("POST", "/orders", object_of("quantity")), ways=((step("POST", "/orders", body={"quantity": 2}),),)
)
_SIGN_UP = "POST /register"
CHARGES = api(operation("POST", "/charges", {}), ways=((step("POST", "/charges", body={}),),))

ALL = {
    "password_at_rest": (
        SickService("flask_clear", "flask", "flask_clear_sick", ("flask_clear_healthy",), USERS, _SIGN_UP),
        SickService("fastapi_digest", "fastapi", "fastapi_digest_sick", ("fastapi_digest_healthy",), USERS, _SIGN_UP),
        SickService("fastapi_salted", "fastapi", "fastapi_salted_sick", (), USERS, _SIGN_UP),
    ),
    "password_in_log": (
        SickService("flask_print", "flask", "flask_print_sick", ("flask_print_healthy",), USERS, _SIGN_UP),
        SickService("fastapi_print", "fastapi", "fastapi_print_sick", ("fastapi_print_healthy",), USERS, _SIGN_UP),
    ),
    "password_shown": (
        SickService("fastapi_hash", "fastapi", "fastapi_hash_sick", ("fastapi_hash_healthy",), USERS, _SIGN_UP),
        SickService("flask_hash", "flask", "flask_hash_sick", ("flask_hash_healthy",), USERS, _SIGN_UP),
    ),
    "traceback_shown": (
        SickService("flask_handler", "flask", "flask_handler_sick", ("flask_handler_healthy",), QUANTITIES, "GET /"),
        SickService("fastapi_debug", "fastapi", "fastapi_debug_sick", ("fastapi_debug_healthy",), QUANTITIES, "GET /"),
    ),
    "untrusted_certificate": (
        SickService(
            "flask_requests", "flask", "flask_requests_sick", ("flask_requests_healthy",), CHARGES, "POST /charges"
        ),
        SickService(
            "fastapi_aiohttp",
            "fastapi",
            "fastapi_aiohttp_sick",
            ("fastapi_pinned_healthy", "fastapi_verified_healthy"),
            CHARGES,
            "POST /charges",
        ),
    ),
}
EXPERIMENTS = dict.fromkeys(ALL, "password-trail") | {
    "traceback_shown": "traceback-shown",
    "untrusted_certificate": "untrusted-certificate",
}
