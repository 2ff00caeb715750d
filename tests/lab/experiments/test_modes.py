"""Which interleavings are tried, and how often."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crashworthy.core.history import SensorEvent
from crashworthy.core.scenario import Interleaving, Scenario
from crashworthy.lab.experiments.concurrency.modes import modes
from crashworthy.lab.experiments.concurrency.serializability import variants
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.trial import plans
from crashworthy.lab.testbed import Capability
from crashworthy.source.tree import SourceTree
from sick_services.histories import BUY, race_trial, serial_twice


def tried(
    *events: SensorEvent, thorough: bool, can: frozenset[Capability] = frozenset(Capability), attack: Any = None
) -> list[Any]:
    tree = SourceTree(Path(), (), (), (), (), (), (), frozenset())
    testbed: Any = SimpleNamespace(capabilities=can)
    lab = Lab(testbed, tree, (), seed=1, deadline=0, emit=lambda _event: None)
    serial = [race_trial("control", [200, 200], 8, attack=attack)] if attack else serial_twice()
    control = serial[0].model_copy(update={"events": events})
    return modes(lab, control, variants(serial)[0], thorough=thorough)


WRITE = SensorEvent(at=0.1, kind="sql", exchange="a0", data={"write": True})


@pytest.mark.parametrize("events", [(), (WRITE,)])
def test_what_is_suspected_is_tried_by_the_same_interleavings_but_more_often(events: tuple[SensorEvent, ...]) -> None:
    light, thorough = tried(*events, thorough=False), tried(*events, thorough=True)
    assert len(light) < len(thorough)
    assert {mode for mode, _ in light} <= {mode for mode, _ in thorough}
    assert Interleaving.SLEEP in {mode for mode, _ in light}


def test_requests_meet_at_their_writes_where_writes_are_seen() -> None:
    assert tried(WRITE, thorough=False)[0][0] is Interleaving.BARRIER
    assert Interleaving.BARRIER not in {mode for mode, _ in tried(thorough=True)}


def test_each_kind_of_request_is_overtaken_once() -> None:
    attack = (BUY, BUY.model_copy(update={"path": "/other"}))
    for kinds, expected in ((None, [0]), (attack, [0, 1])):
        seeds = [seed for mode, seed in tried(WRITE, thorough=False, attack=kinds) if mode is Interleaving.OVERTAKE]
        assert [seed % 2 for seed in seeds] == expected


def test_one_is_held_while_the_others_go_on() -> None:
    scenario = Scenario(attack=(BUY, BUY, BUY), interleaving=Interleaving.OVERTAKE, seed=4)
    assert [bool(plan) for plan in plans(scenario)] == [False, True, False]


def test_without_a_sensor_requests_are_just_sent_together() -> None:
    assert {mode for mode, _ in tried(WRITE, thorough=True, can=frozenset())} == {Interleaving.PLAIN}
