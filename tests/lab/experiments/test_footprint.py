"""Requests that only add rows, or only read, cannot overwrite each other; all others may."""

from __future__ import annotations

import pytest

from crashworthy.core.history import Exchange, Request, Response, SensorEvent, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.concurrency.footprint import only_adds, only_reads


def trial(*statements: str) -> Trial:
    exchange = Exchange(
        id="e1",
        part="attack",
        actor="A",
        operation="POST /items",
        request=Request(method="POST", url="http://127.0.0.1/items"),
        response=Response(status=201),
        started=0,
        ended=1,
    )
    events = tuple(
        SensorEvent(
            at=0.1,
            kind="sql",
            exchange="e1",
            data={"statement": statement, "write": not statement.lstrip().upper().startswith(("SELECT", "PRAGMA"))},
        )
        for statement in statements
    )
    return Trial(id="t", purpose="control", scenario=Scenario(), order=(0,), exchanges=(exchange,), events=events)


@pytest.mark.parametrize(
    "statements",
    [
        ["INSERT INTO items (name) VALUES (?)"],
        ['insert or ignore into "items" (name) values (?)', "INSERT INTO public.log VALUES ($1)"],
        ["SELECT id FROM users WHERE token = ?", "INSERT INTO items (owner) VALUES (?)"],
    ],
)
def test_inserts_beside_reads_of_other_tables_only_add(statements: list[str]) -> None:
    assert only_adds(trial(*statements))


@pytest.mark.parametrize(
    "statements",
    [
        [],
        ["SELECT 1 FROM items"],
        ["SELECT count(*) FROM items", "INSERT INTO items (name) VALUES (?)"],
        ["INSERT INTO items (name) VALUES (?)", "UPDATE stock SET n = ?"],
        ["INSERT INTO items SELECT max(n) + 1 FROM items"],
        ["DELETE FROM items"],
    ],
)
def test_all_else_may_overwrite(statements: list[str]) -> None:
    assert not only_adds(trial(*statements))


def test_requests_that_only_read_are_told_from_those_of_which_nothing_was_seen() -> None:
    assert only_reads(trial("SELECT 1 FROM items", "PRAGMA foreign_keys=ON"))
    assert not only_reads(trial())
    assert not only_reads(trial("SELECT 1 FROM items", "INSERT INTO items (name) VALUES (?)"))


@pytest.mark.parametrize("kind", ["file-write", "outbound"])
def test_what_goes_elsewhere_is_no_mere_read(kind: str) -> None:
    read = trial("SELECT 1 FROM items")
    event = SensorEvent(at=0.2, kind=kind, exchange="e1")
    assert not only_reads(read.model_copy(update={"events": (*read.events, event)}))
