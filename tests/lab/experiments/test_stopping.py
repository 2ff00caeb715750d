"""What a server does with SIGTERM by itself is shown, and held against nobody."""

from __future__ import annotations

import pytest

from crashworthy.core.finding import Status
from crashworthy.lab.experiments.durability.stopping import Stopping
from crashworthy.lab.service.plan import StartKind, StartPlan
from sick_services.consistency import SIMPLE_ORDERS
from sick_services.stand import candidate_for, open_lab, service_file


@pytest.mark.parametrize(
    ("name", "framework", "status"),
    [
        ("flask_development_server", "flask", Status.SUSPECTED),
        ("fastapi_production_server", "fastapi", Status.HELD),
    ],
)
def test_a_declared_server_that_ends_at_once_is_suspected(name: str, framework: str, status: Status) -> None:
    start = StartPlan(StartKind.SCRIPT, ("app.py",), framework=framework)
    with open_lab(service_file("stopping", name), framework, SIMPLE_ORDERS, start=start) as lab:
        experiment = Stopping()
        history = experiment.run(candidate_for(experiment, lab, "POST /orders"), lab)
    judgement = experiment.judge(history)
    assert judgement.status is status, judgement.why
    if status is Status.SUSPECTED:
        assert judgement.why == "it was made to happen, but is what the server of `python app.py` does by itself"


def test_a_server_that_nobody_declared_is_not_asked() -> None:
    with open_lab(service_file("stopping", "flask_development_server"), "flask", SIMPLE_ORDERS) as lab:
        assert Stopping().candidates(lab) == []
