"""Passwords that are kept as one round of a digest with a salt beside it. Pure.

Such a digest is computed thousands of millions of times a second on one graphics card. That it is one is no guess: the
salt stands in the same row, and the digest is computed again from the password that was set.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping

_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})(?![0-9a-f])")
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_PIECES = re.compile(r"[$:;|,.]")
_LONGEST_SALT = 128


def salted_digest(row: Mapping[str, str], password: str) -> tuple[str, str] | None:
    """The column that holds such a digest and how it is made, in words; None where no value of the row is one."""
    salts = list(dict.fromkeys(_salts(row.values())))
    for column, text in row.items():
        for found in _DIGEST.findall(text):
            name = _BY_LENGTH[len(found)]
            for salt in salts:
                made = next((how for how, digest in _made(name, salt, password.encode()) if digest == found), None)
                if made is not None:
                    return column, made
    return None


def _salts(values: Iterable[str]) -> Iterator[bytes]:
    """What may be a salt: whole values and their pieces, as text and as the bytes that they spell."""
    for text in values:
        for piece in (text, *_PIECES.split(text)):
            if 0 < len(piece) <= _LONGEST_SALT:
                yield piece.encode()
                if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", piece):
                    yield bytes.fromhex(piece)


def _made(name: str, salt: bytes, password: bytes) -> Iterator[tuple[str, str]]:
    yield f"{name} of salt and password", hashlib.new(name, salt + password).hexdigest()
    yield f"{name} of password and salt", hashlib.new(name, password + salt).hexdigest()
    yield f"HMAC with {name} and the salt as its key", hmac.new(salt, password, name).hexdigest()
