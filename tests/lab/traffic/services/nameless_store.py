"""A Starlette service in words that mean nothing, with a function of its own for passwords and HTTP Basic."""

from __future__ import annotations

import base64
import binascii
import hashlib

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

VUMO: dict[str, str] = {}


def mash(value: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", value.encode(), b"grain", 1000).hex()


def caller(request: Request) -> str | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        dola, _, kesi = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return dola if VUMO.get(dola) == mash(kesi) else None


async def gorim(request: Request) -> JSONResponse:
    body = await request.json()
    tef = body.get("tef", "")
    dola = body.get("dola", "")
    kesi = body.get("kesi", "")
    if not dola or len(kesi) < 8:
        return JSONResponse({"nok": "kesi must be at least 8 characters"}, 400)
    if dola in VUMO:
        return JSONResponse({"nok": "dola is taken"}, 409)
    VUMO[dola] = mash(kesi)
    return JSONResponse({"dola": dola, "tef": tef}, 201)


async def items(request: Request) -> JSONResponse:
    if caller(request) is None:
        return JSONResponse({"nok": "suta"}, 401)
    return JSONResponse({"items": []})


def make() -> Starlette:
    VUMO.clear()
    return Starlette(routes=[Route("/gorim", gorim, methods=["POST"]), Route("/items", items)])
