"""Which secrets can be counted, and what is a secret at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import cast

import pytest

from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.neighbours import neighbours, numbers_in, tries
from crashworthy.lab.experiments.access.openings import openings
from crashworthy.lab.experiments.experiment import Lab
from sick_services.service import Api, api, operation, step

BEARER = {"Authorization": "Bearer ${token}"}
LOGIN = step("POST", "/login", body={"email": "u${unique}1@example.com", "password": "Str0ng-${unique}1"}, save="token")


@pytest.mark.parametrize(
    ("secret", "numbers", "guess"),
    [
        (17, [], "16"),
        ("S00010", [], "S00009"),
        ("INV-2026-8", [3], "INV-2026-7"),
        ("Mg==", [2], "MQ=="),
        ("Mg", [9, 2], "MQ"),
        (hashlib.md5(b"7").hexdigest(), [7], hashlib.md5(b"6").hexdigest()),
        (hashlib.sha256(b"7").hexdigest(), [1, 7], hashlib.sha256(b"6").hexdigest()),
    ],
)
def test_what_is_counted_is_counted_back(secret: Json, numbers: list[int], guess: str) -> None:
    assert next(iter(neighbours(secret, numbers, -1)))[0] == guess


@pytest.mark.parametrize("secret", ["x8Zk2mQ9aLw0Pqb", "abc", True, "S0"])
def test_what_has_no_number_or_is_first_has_nothing_before_it(secret: Json) -> None:
    assert not list(neighbours(secret, [7], -1))


def test_the_next_one_is_counted_up() -> None:
    assert [text for text, _ in neighbours("S09", [], 1)] == ["S10", "S11", "S12"]


def test_numbers_of_an_answer() -> None:
    assert list(numbers_in({"id": 4, "paid": True, "of": [{"row": "12"}, "x"], "price": 1.5})) == [4, 12]


def test_few_secrets_can_be_tried_in_turn() -> None:
    assert tries("4711") == 10_000
    assert tries("S0001") is None
    assert tries("12345678") is None


@dataclass
class Known:
    """What `openings` looks at of a lab."""

    given: Api

    @property
    def operations(self) -> object:
        return self.given.operations

    @property
    def playbook(self) -> object:
        return self.given.playbook


def opened(maker: str, field: str, opener: str, *, body: Json = None, login: bool = True) -> bool:
    make = step("POST", maker, body=body, save="value", saved_at=f"/{field}", headers=BEARER if login else None)
    name = opener.rpartition("{")[2].rstrip("}")
    last = step("GET", opener, path=opener.replace(f"{{{name}}}", "${value}"))
    before = (LOGIN, make) if login else (make,)
    known = api(operation("POST", maker), operation("GET", opener), ways=(before, (*before, last)))
    return bool(list(openings(cast("Lab", Known(known)))))


def test_what_lets_somebody_in_is_a_secret() -> None:
    assert opened("/files", "download_key", "/download/{key}")
    assert opened("/documents/1/share", "id", "/s/{id}")
    assert opened("/bookings", "access_code", "/guest/{code}")
    assert opened("/invites", "token", "/invites/{token}")


def test_numbers_for_everybody_are_no_secrets() -> None:
    assert not opened("/links", "code", "/l/{code}")
    assert not opened("/articles", "id", "/articles/{id}")
    assert not opened("/products", "sku", "/catalogue/{sku}")
    assert not opened("/albums/1/publish", "share_id", "/s/{share_id}")
    assert not opened("/albums", "share_id", "/s/{share_id}", body={"visibility": "public"})
    assert opened("/albums", "share_id", "/s/{share_id}", body={"public": False})


def test_a_service_without_accounts_has_no_secrets() -> None:
    assert not opened("/pastes", "share_code", "/s/{code}", login=False)
