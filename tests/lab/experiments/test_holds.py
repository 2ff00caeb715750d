"""What is a hold, and what another user wants of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.value import Json
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.time.holds import Holds
from sick_services.service import api, operation, step

LOGIN = step("POST", "/login", body={"email": "u${unique}1@example.com", "password": "Str0ng-${unique}1"}, save="token")
BEARER = {"Authorization": "Bearer ${token}"}


@dataclass
class Known:
    """What candidates are chosen from."""

    operations: tuple[Operation, ...]
    playbook: Playbook
    text: str = ""
    suspicions: tuple[()] = ()

    @property
    def tree(self) -> Any:
        return SimpleNamespace(files=[SimpleNamespace(text=self.text)])

    def handler(self, _name: str) -> None:
        """Not known."""


def wanted(path: str, body: dict[str, Json], text: str = "") -> bool:
    """Whether B can want what A gets there; the thing is made by A as /seats."""
    seat = step("POST", "/seats", save="seat", headers=BEARER)
    hold = step("POST", path.replace("${seat}", "{seat}"), path=path, body=body, headers=BEARER)
    known = api(operation("POST", "/seats"), operation("POST", hold.operation[5:]), ways=((LOGIN, seat, hold),))
    return bool(Holds().candidates(cast("Lab", Known(known.operations, known.playbook, text))))


def test_one_thing_may_be_wanted_by_two() -> None:
    assert wanted("/seats/${seat}/hold", {})
    assert wanted("/reservations", {"seat_id": "${seat}"})
    assert wanted("/reservations", {"table": "table-${unique}1"})
    assert wanted("/bookings", {"seat_id": "${seat}"})


def test_what_is_lent_or_only_called_by_its_maker_is_no_hold() -> None:
    assert not wanted("/seats/${seat}/rent", {})
    assert not wanted("/reservations", {"reference": "order-${unique}1", "name": "user-${unique}1"})
    assert not wanted("/bookings", {"table": "7"})
    assert not wanted("/articles/${seat}", {})


@pytest.mark.parametrize("text", ["scheduler.add_job(sweep)", "client = redis.Redis()", "while True:\n    sleep(60)"])
def test_services_with_other_clocks_are_left_alone(text: str) -> None:
    assert not wanted("/seats/${seat}/hold", {}, text)
