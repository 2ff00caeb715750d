"""Tests that are made of statements fail on the sick service and pass on the mended one."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest

from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.lab.proof.confirm import confirm
from crashworthy.lab.proof.python_source import NotWritableError
from crashworthy.lab.proof.statements import statements_of
from crashworthy.lab.proof.write_test import write_tests
from sick_services.catalog import ALL, EXPERIMENTS
from sick_services.service import step
from sick_services.stand import candidate_for, open_lab, service_file

KINDS = (
    ("mass_assignment", "fastapi_profile", "fastapi_profile_healthy"),
    ("user_enumeration", "flask_answer", "flask_answer_healthy"),
    ("password_reset", "flask_told", "flask_printed_healthy"),
    ("guessable_secret", "flask_share", "flask_share_healthy"),
    ("forgeable_token", "flask_jwt", "flask_jwt_healthy"),
    ("script_in_page", "flask_comments", "flask_comments_healthy"),
    ("traceback_shown", "flask_handler", "flask_handler_healthy"),
    ("password_shown", "fastapi_hash", "fastapi_hash_healthy"),
    ("open_redirect", "flask_next", "flask_next_healthy"),
    ("open_to_any_origin", "fastapi_origin", "fastapi_origin_healthy"),
    ("deadlines", "fastapi_coupon", "fastapi_coupon_healthy"),
    ("split", "fastapi_bills", "fastapi_bills_healthy"),
    ("holds", "flask_seats", "flask_seats_healthy"),
    ("token_without_end", "flask_table", "flask_table_healthy"),
    ("calendar", "flask_year", "flask_year_healthy"),
)


def prove(folder: str, name: str) -> Proof:
    service = next(each for each in ALL[folder] if each.name == name)
    assert service.sick is not None
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    with open_lab(service_file(folder, service.sick), service.framework, service.api, seed=3) as lab:
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        proof = confirm(experiment, history, experiment.judgements(history)[0], lab)
    assert proof is not None
    return proof


def passes(test: Path, service: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the test passes; it is run as pytest would, in this process."""
    monkeypatch.setenv("CRASHWORTHY_SERVICE", str(service))
    # The one beside this test, and not beside another one.
    monkeypatch.delitem(sys.modules, "crashworthy_interleave", raising=False)
    spec = importlib.util.spec_from_file_location(test.stem, test)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (function,) = (each for name, each in vars(module).items() if name.startswith("test_"))
    try:
        function()
    except AssertionError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "name", "healthy"), KINDS, ids=["-".join(kind[:2]) for kind in KINDS])
def test_it_fails_while_the_defect_is_there_only(
    folder: str, name: str, healthy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = next(each for each in ALL[folder] if each.name == name)
    assert service.sick is not None
    tells_apart(prove(folder, name), folder, (service.sick, healthy), tmp_path, monkeypatch)


def test_what_was_called_is_to_be_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # To prove it takes a dozen plays that wait, so the proof is written by hand.
    order = step("POST", "/orders", save="order")
    attack = tuple(
        step("POST", f"/orders/{{order}}/{verb}", path=f"/orders/${{order}}/{verb}") for verb in ("pay", "cancel")
    )
    proof = Proof.model_construct(
        experiment="taken-back",
        weakness="unrecorded-call",
        title="A cancelled order stays paid",
        expected="the payment taken back",
        seen="nothing is asked of the bank",
        location=None,
        scenario=Scenario(setup=(order,), attack=attack, settings={"settle_s": 0.2}),
    )
    services = ("flask_pay_then_record_sick", "flask_pending_healthy")
    tells_apart(proof, "taken_back", services, tmp_path, monkeypatch)


def tells_apart(
    proof: Proof, folder: str, services: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for which, source in zip(("sick", "mended"), services, strict=True):
        (tmp_path / which).mkdir()
        shutil.copy(service_file(folder, source), tmp_path / which / "app.py")
    test, *_ = write_tests([proof], tmp_path / "sick", tmp_path / "tests")
    monkeypatch.syspath_prepend(str(test.parent))
    assert not passes(test, tmp_path / "sick", monkeypatch)
    assert passes(test, tmp_path / "mended", monkeypatch)
    imported = re.findall(r"^(?:import|from) .*", test.read_text(), re.MULTILINE)
    assert len(imported) == len({*imported})


@pytest.mark.parametrize(
    ("weakness", "settings"),
    [("password-reset", {"guessed": 0}), ("password-reset", {"delivered": 1}), ("offset-ignored", {})],
)
def test_what_requests_alone_do_not_show_is_not_written(weakness: str, settings: dict[str, Json]) -> None:
    proof = Proof.model_construct(experiment="", weakness=weakness, scenario=Scenario(settings=settings))
    with pytest.raises(NotWritableError):
        statements_of(proof)
