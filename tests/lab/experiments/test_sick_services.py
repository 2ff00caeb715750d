"""Every experiment proves its sick services, and stays silent on the healthy twins."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Judgement, Status
from crashworthy.core.weakness import Severity
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.databases.redis import find_redis
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.lab.proof.confirm import confirm
from crashworthy.weaknesses.catalogue import CATALOGUE
from crashworthy.weaknesses.input import WEDGED_BY_ONE_REQUEST
from sick_services.catalog import ALL, EXPERIMENTS, SickService
from sick_services.stand import candidate_for, open_lab, service_file

# A hold takes ten seconds each, three times over for a proof.
SLOW_FOLDERS = frozenset(
    {
        "cost_by_number",
        "expanding_input",
        "slow_pattern",
        "unbounded_body",
        "kept_upload",
        "slow_dependency",
        "parallel_requests",
        "repeated_request",
        "broken_in_the_middle",
        "restart",
        "workers",
        "starting",
        "readback",
        "conservation",
        "taken_back",
        "pages",
        "expiry",
        "stopping",
    }
)
SLOW_SERVICES = frozenset({"fastapi_background", "fastapi_pool", "fastapi_seats", "flask_loan_limit", "flask_lock"})


def cases(*, healthy: bool) -> list[ParameterSet]:
    return [
        pytest.param(folder, service, name, id=f"{folder}-{name}", marks=marks_of(folder, service, healthy=healthy))
        for folder, services in ALL.items()
        for service in services
        for name in (service.healthy if healthy else filter(None, [service.sick]))
    ]


def marks_of(folder: str, service: SickService, *, healthy: bool) -> list[pytest.MarkDecorator]:
    slow = folder in SLOW_FOLDERS or service.name in SLOW_SERVICES or (healthy and EXPERIMENTS[folder] == "lost-update")
    return [pytest.mark.slow] if slow else []


def judged(folder: str, service: SickService, name: str, *, prove: bool) -> tuple[list[Judgement], bool]:
    """All judgements, and whether the first one was confirmed."""
    try:
        if service.postgresql:
            find_postgresql()
        if service.redis:
            find_redis()
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    file = service_file(folder, name)
    with open_lab(
        file,
        service.framework,
        service.api,
        seed=7,
        postgresql=service.postgresql,
        redis=service.redis,
        idempotent=service.idempotent,
        workers=service.workers,
    ) as lab:
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        judgements = list(experiment.judgements(history))
        # The judge knows nothing but the history, so that it can judge a saved one again.
        saved = type(history).model_validate_json(history.model_dump_json())
        assert list(experiment.judgements(saved)) == judgements
        confirmed = prove and confirm(experiment, history, judgements[0], lab) is not None
    return judgements, confirmed


@pytest.mark.parametrize(("folder", "service", "name"), cases(healthy=False))
def test_a_sick_service_is_proven(folder: str, service: SickService, name: str) -> None:
    judgements, confirmed = judged(folder, service, name, prove=True)
    assert judgements[0].status is Status.PROVEN, judgements[0].why
    # A folder is named after a weakness, or after an experiment that proves several.
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    weaknesses = {each.id for each in experiment.weaknesses}
    assert judgements[0].weakness in {None, *({folder.replace("_", "-")} & weaknesses or weaknesses)}
    assert judgements[0].expected
    assert judgements[0].seen
    assert confirmed


@pytest.mark.parametrize(("folder", "service", "name"), cases(healthy=True))
def test_a_healthy_twin_is_not_accused(folder: str, service: SickService, name: str) -> None:
    judgements, _ = judged(folder, service, name, prove=False)
    # What the framework itself does with a lone surrogate is told, and held against nobody.
    accusations = [each for each in judgements if each.status is Status.PROVEN and each.severity is not Severity.INFO]
    # That input crashes a request is not what a twin of a wedged service is healthy of.
    assert not [each for each in accusations if folder != "wedged" or each.weakness == WEDGED_BY_ONE_REQUEST.id]
    assert judgements[0].status in {Status.HELD, Status.PROVEN, Status.OBSERVED, Status.SUSPECTED}, judgements[0].why


def test_every_weakness_has_an_experiment_with_a_sick_service_and_a_healthy_twin() -> None:
    covered = {weakness.id for experiment in REGISTRY for weakness in experiment.weaknesses}
    assert covered == set(CATALOGUE)
    with_services = {
        EXPERIMENTS[folder] for folder, services in ALL.items() if any(s.sick and s.healthy for s in services)
    }
    assert with_services == {experiment.id for experiment in REGISTRY}


def test_healthy_twins_come_from_two_frameworks() -> None:
    for services in ALL.values():
        assert len({service.framework for service in services if service.healthy}) >= 2
