"""Signed tokens: reading them, guessing the key, signing others.

JSON Web Tokens with HMAC (RFC 7515, RFC 7518 section 3.2) and the session cookies of Flask (itsdangerous, HMAC-SHA1
with a key derived for "cookie-session"). Only the standard library: forging is what libraries for tokens refuse to do.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass

from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import word_set

_JWT_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_FLASK_SALT = b"cookie-session"

# What tutorials, generators and hurried people write; each is among the first guesses of public word lists.
COMMON_KEYS = word_set(
    "secret secretkey secret_key secret-key supersecret super-secret supersecretkey super_secret_key super-secret- "
    "key mysecret mysecretkey my_secret_key my-secret-key jwt-secret jwtsecret jwt_secret jwt_secret_key jwt- "
    "secret-key jwtsecretkey your-secret-key your_secret_key your-256-bit-secret yoursecretkey change-me changeme "
    "change_me change-me-in-production changethis dev development dev-secret dev_secret dev-secret-key dev-key "
    "devkey test testing test-secret key private default password admin insecure-secret insecure not-secret "
    "topsecret token s3cr3t secret123 password123 123456 12345678 qwerty hello example"
)


@dataclass(frozen=True)
class Jwt:
    """A JSON Web Token, decoded and not verified."""

    header: dict[str, Json]
    claims: dict[str, Json]
    signed: str
    signature: str

    @property
    def lifetime_s(self) -> float | None:
        """Seconds that the token has left; None when it never ends."""
        end = self.claims.get("exp")
        return float(end) - time.time() if isinstance(end, int | float) else None


def read_jwt(text: str) -> Jwt | None:
    """The token in a text, or None when it is none."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_decode(part)) for part in parts[:2])
    except (ValueError, binascii.Error):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict) or "alg" not in header:
        return None
    return Jwt(header, claims, f"{parts[0]}.{parts[1]}", parts[2])


def jwt_key(token: Jwt, guesses: Iterable[str]) -> str | None:
    """The guess with which the token was signed."""
    digest = _JWT_HASHES.get(str(token.header.get("alg")))
    if digest is None:
        return None
    for guess in guesses:
        if hmac.compare_digest(
            _encode(hmac.new(guess.encode(), token.signed.encode(), digest).digest()), token.signature
        ):
            return guess
    return None


def sign_jwt(token: Jwt, key: str | None) -> str:
    """A new token with the claims of `token` and one of our own, signed by `key`, or not signed (`alg` "none")."""
    algorithm = str(token.header.get("alg")) if key is not None else "none"
    head = _encode(json.dumps({**token.header, "alg": algorithm}, separators=(",", ":")).encode())
    body = _encode(json.dumps({**token.claims, "forged": True}, separators=(",", ":")).encode())
    if key is None:
        return f"{head}.{body}."
    digest = _JWT_HASHES.get(algorithm, hashlib.sha256)
    return f"{head}.{body}.{_encode(hmac.new(key.encode(), f'{head}.{body}'.encode(), digest).digest())}"


def flask_key(cookie: str, guesses: Iterable[str]) -> str | None:
    """The guess with which a Flask session cookie was signed; None when it is none of these, or no such cookie."""
    signed, dot, signature = cookie.rpartition(".")
    if not dot or signed.count(".") < 1:
        return None
    return next((guess for guess in guesses if hmac.compare_digest(_flask_signature(signed, guess), signature)), None)


def sign_flask(cookie: str, key: str) -> str:
    """A new cookie with the payload of `cookie`, signed as if a second earlier: a moment that is to come is refused."""
    payload, _, _ = cookie.rpartition(".")[0].rpartition(".")
    moment = int(time.time()) - 1
    signed = f"{payload}.{_encode(moment.to_bytes(4, 'big'))}"
    return f"{signed}.{_flask_signature(signed, key)}"


def _flask_signature(signed: str, key: str) -> str:
    derived = hmac.new(key.encode(), _FLASK_SALT, hashlib.sha1).digest()
    return _encode(hmac.new(derived, signed.encode(), hashlib.sha1).digest())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
