"""The same request under the same key says the same twice: also where the first answer was a refusal."""

from __future__ import annotations

import pytest

from crashworthy.core.finding import Status
from crashworthy.lab.experiments.retry.repeated import RepeatedRequest
from crashworthy.weaknesses.retry import SWALLOWED_BY_KEY
from sick_services.consistency import KEYED_ORDERS
from sick_services.stand import candidate_for, open_lab, service_file


@pytest.mark.parametrize(("name", "suspected"), [("fastapi_declined_sick", True), ("fastapi_declined_healthy", False)])
def test_success_for_what_was_refused_is_suspected(name: str, suspected: bool) -> None:
    experiment = RepeatedRequest()
    with open_lab(service_file("repeated_request", name), "fastapi", KEYED_ORDERS) as lab:
        history = experiment.run(candidate_for(experiment, lab, "POST /orders"), lab)
    found = experiment.judgements(history)
    assert not [each for each in found if each.status is Status.PROVEN]
    told = [each for each in found if each.weakness == SWALLOWED_BY_KEY.id and each.status is Status.SUSPECTED]
    assert bool(told) is suspected, [each.why for each in found]
    if suspected:
        assert told[0].seen == "402 when the dependency declined, then 200, and the dependency was not asked again"
