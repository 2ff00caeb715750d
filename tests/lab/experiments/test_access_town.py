"""A service in which much may look wrong and is meant so, learned by the driver and accused of nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from crashworthy.core.finding import Status
from crashworthy.core.weakness import Family
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.lab.traffic.discover import discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from sick_services.service import api
from sick_services.stand import open_lab, service_file

FAMILIES = frozenset({Family.ACCESS, Family.EXPOSURE, Family.CROSSSITE})


@pytest.mark.slow
def test_a_town_is_accused_of_nothing() -> None:
    file = service_file("object_of_another", "fastapi_town_healthy")
    with open_lab(file, "fastapi", api(ways=()), budget_s=300) as empty:
        with empty.testbed.fresh() as instance:
            found = discover(empty.tree, instance)
        context = LearnContext(
            testbed=empty.testbed,
            tree=empty.tree,
            operations=found.operations,
            schemes=found.schemes,
            seed=0,
            deadline=time.monotonic() + 100,
            emit=empty.emit,
        )
        lab = replace(empty, operations=found.operations, playbook=learn(context))
        assert len(lab.playbook.reached) >= 25
        tried = 0
        for experiment in EXPERIMENTS:
            if not any(weakness.family in FAMILIES for weakness in experiment.weaknesses):
                continue
            for candidate in experiment.candidates(lab):
                judgements = experiment.judgements(experiment.run(candidate, lab))
                tried += 1
                assert not [each.title for each in judgements if each.status is Status.PROVEN]
        assert tried >= 25
