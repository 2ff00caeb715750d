"""Every weakness that somebody exploits has all that belongs to it, so that no list of them has to be believed.

An entry, a rule that suspects it, an experiment that proves it, and, in two frameworks, a sick service and a healthy
twin.
What is missing is listed here with the reason.
"""

from __future__ import annotations

import pytest

from crashworthy.audit.registry import all_rules
from crashworthy.core.weakness import Family
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.weaknesses.catalogue import CATALOGUE
from sick_services.catalog import ALL, EXPERIMENTS

FAMILIES = frozenset({Family.INJECTION, Family.ACCESS, Family.EXPOSURE, Family.CROSSSITE, Family.RESOURCE})
SECURITY = sorted(id_ for id_, weakness in CATALOGUE.items() if weakness.family in FAMILIES)

WITHOUT_RULE = {
    "unlimited-guessing": "what is absent has no place in the source, and a proxy may count",
    "framed-page": "what is absent has no place in the source, and a proxy may add it",
    "unbounded-body": "what is absent has no place in the source, and a proxy may refuse it",
}
WITHOUT_SICK_SERVICE = {
    "unlimited-guessing": "told only, never proven, by the experiment that looks for user-enumeration",
    "unguarded-cookie": "told only, never proven: see test_login_kept",
    "framed-page": "told only, never proven: see test_login_kept",
}


@pytest.mark.parametrize("weakness", SECURITY)
def test_a_rule_suspects_it_and_an_experiment_proves_it(weakness: str) -> None:
    assert CATALOGUE[weakness].cwe, "an entry names its CWE"
    assert any(each.id == weakness for experiment in REGISTRY for each in experiment.weaknesses)
    suspected = any(rule.weakness.id == weakness for rule in all_rules())
    assert suspected != (weakness in WITHOUT_RULE), "write a rule, or say why there can be none"


@pytest.mark.parametrize("weakness", SECURITY)
def test_it_has_sick_services_and_healthy_twins_in_two_frameworks(weakness: str) -> None:
    folder = weakness.replace("-", "_")
    services = ALL.get(folder, ())
    sick = {service.framework for service in services if service.sick}
    healthy = {service.framework for service in services if service.healthy}
    if weakness in WITHOUT_SICK_SERVICE:
        assert not sick, "it has one by now: take it off the list"
        return
    assert len(sick) >= 2
    assert len(healthy) >= 2
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    assert weakness in {each.id for each in experiment.weaknesses}


def test_what_is_missing_is_known_to_the_catalogue() -> None:
    assert {*WITHOUT_RULE, *WITHOUT_SICK_SERVICE} <= {*SECURITY}
