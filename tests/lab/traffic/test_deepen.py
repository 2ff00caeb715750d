"""Branches that only an unusual value leads into, and optional inputs, on a service that the sensor watches."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crashworthy.core.playbook import Playbook
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.player import Player
from sick_services.catalog import Api
from sick_services.stand import open_lab

SERVICES = Path(__file__).parent / "services"


@pytest.fixture(scope="module")
def learned() -> Playbook:
    with open_lab(SERVICES / "late_returns.py", "flask", Api((), Playbook())) as lab:
        with lab.testbed.fresh() as instance:
            found = discover(lab.tree, instance)
        playbook = learn(
            LearnContext(
                testbed=lab.testbed,
                tree=lab.tree,
                operations=found.operations,
                seed=3,
                deadline=time.monotonic() + 60,
                emit=lambda _event: None,
            )
        )
        for variant in playbook.variants:
            with lab.testbed.fresh() as instance:
                assert Player(instance.base_url).play(variant.way.steps).exchanges[-1].ok
        return playbook


def test_a_thing_that_only_a_late_return_makes_is_found(learned) -> None:
    assert learned.unreached == ()
    way = learned.way("POST /fines/{fine_id}/pay")
    assert way is not None
    extend = next(step for step in way.steps if step.operation.endswith("/extend"))
    assert extend.body["days"] < -7


def test_the_late_branch_is_a_variant_with_its_place(learned) -> None:
    late = [each for each in learned.variants if each.way.operation == "POST /rentals/{rental_id}/back"]
    assert [place.partition(":")[0] for each in late for place in each.branches] == ["app.py"]


def test_the_rich_way_uses_a_coupon_that_another_operation_made(learned) -> None:
    rich = learned.rich("POST /tools/{tool_id}/rent")
    assert rich is not None
    assert "coupon_code" in rich.steps[-1].body
    assert "POST /coupons" in [step.operation for step in rich.steps]
