"""Values for variables that nothing tells, by what they are for. They follow from the run's seed."""

from __future__ import annotations

import base64
import random
import re

from crashworthy.lab.environment.purpose import Purpose, words_of
from crashworthy.lab.environment.uses import Kind

SLUG = "crashworthy"
_BY_LAST_WORD = {
    "ALGORITHM": "HS256",
    "ALG": "HS256",
    "BUCKET": "crashworthy-bucket",
    "CURRENCY": "USD",
    "COUNTRY": "US",
    "DOMAIN": "localhost",
    "EMAIL": "user@example.com",
    "ENV": "development",
    "ENVIRONMENT": "development",
    "FROM": "user@example.com",
    "HOSTS": "*",
    "LANGUAGE": "en",
    "LEVEL": "INFO",
    "LOCALE": "en_US",
    "ORIGINS": "*",
    "ORIGIN": "*",
    "PHONE": "+12025550123",
    "REGION": "us-east-1",
    "SENDER": "user@example.com",
    "TIMEZONE": "UTC",
    "TZ": "UTC",
    "USER": "admin",
    "USERNAME": "admin",
    "VERSION": "1",
}
# Numbers by a word of the name; the first that occurs decides.
_NUMBERS = {
    "TIMEOUT": 5, "RETRIES": 3, "ATTEMPTS": 3, "DAYS": 14, "HOURS": 24, "MINUTES": 30, "MS": 5000, "SECONDS": 3600,
    "TTL": 3600, "AGE": 3600, "EXPIRES": 3600, "EXPIRY": 3600, "EXPIRE": 3600, "EXPIRATION": 3600, "INTERVAL": 60,
    "WORKERS": 1, "THREADS": 4, "CONCURRENCY": 4, "PERCENT": 10, "RATE": 1, "FEE": 1, "ROUNDS": 4, "LENGTH": 8,
    "SIZE": 10, "LIMIT": 100, "MAX": 100, "MIN": 1, "OVERFLOW": 10, "PORT": 8000,
}  # fmt: skip


def generate(name: str, purpose: Purpose, kind: Kind | None, seed: int) -> str:
    """A value for a variable that leads to no other program."""
    words = words_of(name)
    if kind is Kind.SWITCH or (purpose is Purpose.SWITCH and kind is None):
        return "0"
    if kind in (Kind.INTEGER, Kind.FLOAT) or (purpose is Purpose.NUMBER and kind is None):
        return str(next((number for word, number in _NUMBERS.items() if word in words), 10))
    if kind is Kind.JSON:
        return "[]"
    if purpose in (Purpose.SECRET, Purpose.DATABASE_PASSWORD):
        return _secret(name, words, seed)
    if purpose is Purpose.OWN_URL:
        return "*" if words[-1] in ("ORIGINS", "ORIGIN") else "http://localhost"
    if purpose is Purpose.LISTEN:
        return "8000" if words[-1] == "PORT" else "127.0.0.1"
    return _BY_LAST_WORD.get(words[-1] if words else "", SLUG)


def _secret(name: str, words: list[str], seed: int) -> str:
    source = random.Random(f"{seed}:{name}")  # noqa: S311 - to be the same again, not to be unguessable
    if {"FERNET", "ENCRYPTION", "ENCRYPT"} & set(words):
        return base64.urlsafe_b64encode(source.randbytes(32)).decode()
    text = source.randbytes(16).hex()
    return f"sk_test_{text}" if re.search("STRIPE", name) else text
