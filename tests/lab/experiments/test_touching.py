"""What operations touch by their statements, and which of them get in each other's way."""

from __future__ import annotations

import pytest

from crashworthy.lab.experiments.concurrency.touching import (
    BOTH_WRITE,
    OVERWRITES,
    READS_WHAT_IS_WRITTEN,
    Touched,
    clash,
    common_tables,
    learn_touched,
    touched,
)
from sick_services.catalog import ACCOUNTS
from sick_services.stand import open_lab, service_file

TOP_UP = "UPDATE wallet SET balance = balance + ? WHERE owner = ?"
OVERWRITE = 'UPDATE "wallet" SET "balance" = ? WHERE "wallet"."id" = ?'
RENAME = "UPDATE wallet SET name = ? WHERE id = ?"
OPEN = "INSERT INTO wallet (owner, balance) VALUES (?, ?)"
LOOK = "SELECT balance FROM wallet WHERE owner = ?"
ORDER = "INSERT INTO orders (owner) VALUES (?)"


@pytest.mark.parametrize(
    ("one", "other", "rank"),
    [
        ([OVERWRITE], [OVERWRITE], OVERWRITES),
        ([OVERWRITE], [TOP_UP], OVERWRITES),
        ([TOP_UP], [TOP_UP], BOTH_WRITE),
        ([TOP_UP], [RENAME], BOTH_WRITE),
        ([TOP_UP], [OPEN], BOTH_WRITE),
        (["DELETE FROM wallet WHERE id = ?"], [RENAME], BOTH_WRITE),
        ([LOOK, ORDER], [TOP_UP], READS_WHAT_IS_WRITTEN),
        ([LOOK, ORDER], [OPEN], READS_WHAT_IS_WRITTEN),
        ([OPEN], [OPEN], 0),
        ([ORDER], [TOP_UP], 0),
        ([LOOK], [LOOK], 0),
    ],
)
def test_a_clash_is_ranked_by_what_may_go_wrong(one: list[str], other: list[str], rank: int) -> None:
    assert clash(touched(one), touched(other)) == rank
    assert clash(touched(other), touched(one)) == rank


def test_what_every_request_looks_up_is_no_common_ground() -> None:
    login = touched(["INSERT INTO tokens (owner) VALUES (?)"])
    others = [
        touched(["SELECT owner FROM tokens WHERE token = ?", f"INSERT INTO t{n} (a) VALUES (?)"]) for n in range(4)
    ]
    common = common_tables([login, *others])
    assert common == {"tokens"}
    assert clash(login, others[0], common) == 0


def test_operations_are_watched_at_work() -> None:
    with open_lab(service_file("lost_update", "flask_sqlite_sick"), "flask", ACCOUNTS) as lab:
        known = learn_touched(lab, [each for each in lab.operations if each.method == "POST"])
    assert known["POST /accounts"].adds == {"accounts"}
    withdraw = known["POST /accounts/{account}/withdraw"]
    assert (withdraw.reads, withdraw.sets_blindly) == ({"accounts"}, {"accounts.balance"})


def test_nothing_is_said_of_services_without_a_database() -> None:
    with open_lab(service_file("lost_update", "flask_memory_sick"), "flask", ACCOUNTS) as lab:
        assert learn_touched(lab, [each for each in lab.operations if each.method == "POST"]) == {}


def test_touching_nothing_clashes_with_nothing() -> None:
    assert clash(Touched(), touched([OVERWRITE])) == 0


def test_keys_of_redis_are_tables_by_what_they_begin_with() -> None:
    take = touched((), [("GET stock:17", False), ("SET stock:17 4", True)])
    restock = touched((), [("SET stock:18 9", True)])
    visit = touched((), [("INCR visits:2026", True)])
    assert clash(take, restock) == OVERWRITES
    assert clash(take, visit) == 0
