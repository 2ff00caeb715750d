"""What in an answer or a mail may reset a password."""

from __future__ import annotations

import hashlib

from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.accounts import with_another_password
from crashworthy.lab.experiments.access.reset_steps import delivered, guess, told
from sick_services.service import step

WORD = "d9f3c1a07b"


def test_tokens_and_links_of_an_answer_are_tried_and_what_was_sent_is_not() -> None:
    answer: Json = {
        "message": "sent to ada@example.com",
        "email": "ada@example.com",
        "data": {"token": WORD},
        "link": f"https://shop.example.com/reset?code={WORD}",
    }
    found = [*told(answer, ["ada@example.com"])]
    assert [save.path for save in found] == ["/link", "/data/token"]
    assert found[0].pattern is not None


def test_links_of_a_mail_come_before_other_words() -> None:
    mail = f"Hello 12345,\nset it here: https://shop.example.com/reset/token/{WORD}?from=mail2020"
    assert next(delivered(mail)) == WORD


def test_a_change_sets_another_password_and_asks_for_the_present_one() -> None:
    old = "Str0ng-1"
    change = step("PUT", "/me", body={"current_password": old, "new_password": old, "confirm_password": old, "x": 1})
    body = with_another_password(change).body
    assert isinstance(body, dict)
    assert body["current_password"] == old
    assert body["new_password"] == body["confirm_password"] != old
    assert body["x"] == 1


def test_one_password_beside_a_new_one_is_the_present_one() -> None:
    body = with_another_password(step("PUT", "/me", body={"password": "old-1", "newPassword": "old-1"})).body
    assert isinstance(body, dict)
    assert body["password"] == "old-1"
    assert body["newPassword"] != "old-1"


def test_what_follows_from_ones_own_is_guessed() -> None:
    own, other = ["email", "eve@example.com"], ["email", "ada@example.com"]
    digest = hashlib.sha256(b"eve@example.com").hexdigest()
    assert guess(digest, own, other) == hashlib.sha256(b"ada@example.com").hexdigest()
    assert guess("R-0999", own, other) == "R-1000"
    assert guess(WORD, own, other) is None
