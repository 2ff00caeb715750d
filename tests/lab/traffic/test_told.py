"""Codes that a service only prints or mails are given back to it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from flask import Flask, jsonify, request

from crashworthy.core.operation import Body, Operation
from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.player import Player
from crashworthy.lab.traffic.told import TOLD, listening, text_of_mail


def make(said: list[str]) -> Flask:
    """Guests who confirm their address before they book; the code is printed among other lines."""
    app = Flask(__name__)
    guests: dict[str, dict[str, Any]] = {}

    @app.post("/guests")
    def register() -> Any:
        mail = request.json["email"]
        guests[mail] = {
            "code": f"{secrets.randbelow(900_000) + 100_000}",
            "token": secrets.token_hex(16),
            "sure": False,
        }
        said.append(f"2026-11-20 10:00:00,123 INFO verification code for {mail}: {guests[mail]['code']}\n")
        said.append('127.0.0.1 - - "POST /guests HTTP/1.1" 201 -\n')
        return jsonify(token=guests[mail]["token"]), 201

    @app.post("/guests/verify")
    def verify() -> Any:
        guest = guests.get(request.json.get("email"))
        if guest is None or guest["code"] != request.json.get("code"):
            return jsonify(message="wrong code"), 400
        guest["sure"] = True
        return jsonify(verified=True)

    @app.post("/bookings")
    def book() -> Any:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        guest = next((each for each in guests.values() if each["token"] == shown), None)
        if guest is None or not guest["sure"]:
            said.append("refused\n")
            return jsonify(message="verify your address first"), 401 if guest is None else 403
        return jsonify(booked=True), 201

    return app


def operations() -> tuple[Operation, ...]:
    def taking(path: str, *fields: str) -> Operation:
        schema = {
            "type": "object",
            "properties": {name: {"type": "string"} for name in fields},
            "required": list(fields),
        }
        return Operation(method="POST", path=path, body=Body(data_schema=schema), source="routes")

    return (
        taking("/guests", "email", "password"),
        taking("/guests/verify", "email", "code"),
        Operation(method="POST", path="/bookings", source="routes"),
    )


class Talkative:
    """Copies of the service whose output is listened to."""

    def __init__(self, served: Any) -> None:
        self.served = served

    @contextmanager
    def fresh(self) -> Iterator[Any]:
        said: list[str] = []
        with self.served(lambda: make(said)).fresh() as instance, listening(instance.base_url, lambda: "".join(said)):
            yield instance


def test_a_code_on_the_output_opens_what_it_is_asked_for(thread_testbed: Any, tree_of: Any) -> None:
    testbed = Talkative(thread_testbed)
    context = LearnContext(
        testbed=testbed,
        tree=tree_of(),
        operations=operations(),
        seed=1,
        deadline=time.monotonic() + 60,
        emit=lambda _event: None,
    )
    playbook = learn(context)
    assert playbook.unreached == ()
    for way in playbook.ways:
        with testbed.fresh() as instance:
            assert Player(instance.base_url).play(way.steps).done, way


def test_only_who_wants_to_know_is_told(thread_testbed: Any) -> None:
    said: list[str] = []
    plain = Step(operation="POST /guests", method="POST", path="/guests", body={"email": "a@example.com"})
    save = Save(name="code", where=ValueFrom.HEADER, path=TOLD, pattern=r"for \S+ (\d+)")
    with thread_testbed(lambda: make(said)).fresh() as instance:
        player = Player(instance.base_url)
        with listening(instance.base_url, lambda: "".join(said)):
            silent = player.play([plain])
            told = player.play([plain.model_copy(update={"saves": (save,)})])
        deaf = player.play([plain.model_copy(update={"saves": (save,)})])
    assert TOLD not in dict(silent.exchanges[0].response.headers)
    assert told.variables["code"] in said[2]
    assert "HTTP/1.1" not in dict(told.exchanges[0].response.headers)[TOLD]
    assert "code" not in deaf.variables


def test_the_text_of_a_mail_is_decoded() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Grüße"
    mail.set_content("Dein Schlüssel: 4711")
    assert text_of_mail(mail.as_bytes()).split("\n")[:2] == ["Grüße", "Dein Schlüssel: 4711"]
    assert text_of_mail(b"\xff\xfe not a mail")
