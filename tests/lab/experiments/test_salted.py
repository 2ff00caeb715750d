"""One round of a digest is told from what takes its time."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from crashworthy.lab.experiments.exposure.salted import salted_digest

PASSWORD = "Pw0!10011zqWx"


@pytest.mark.parametrize(
    ("row", "made"),
    [
        ({"kept": "ab12$" + hashlib.sha256(b"ab12" + PASSWORD.encode()).hexdigest()}, "sha256 of salt and password"),
        (
            {"salt": "00ff", "hash": hashlib.md5(PASSWORD.encode() + bytes.fromhex("00ff")).hexdigest()},
            "md5 of password and salt",
        ),
        (
            {"salt": "pepper", "hash": hmac.new(b"pepper", PASSWORD.encode(), "sha512").hexdigest()},
            "HMAC with sha512 and the salt as its key",
        ),
    ],
)
def test_one_round_with_the_salt_beside_it(row: dict[str, str], made: str) -> None:
    found = salted_digest({"name": "ada", **row}, PASSWORD)
    assert found is not None
    assert found[1] == made


def test_what_takes_rounds_and_what_belongs_to_others() -> None:
    slow = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"ab12", 1000).hex()
    assert salted_digest({"salt": "ab12", "hash": slow}, PASSWORD) is None
    other = hashlib.sha256(b"ab12another").hexdigest()
    assert salted_digest({"salt": "ab12", "hash": other, "session": "0" * 64}, PASSWORD) is None
