"""Secrets of recordings stay out of reports, and proofs can be replayed all the same."""

from __future__ import annotations

import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.events import Note
from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.proof.python_source import text
from crashworthy.run.redact import Redactor

STEP = Step(
    operation="POST /password",
    method="POST",
    path="/password",
    headers=(("Authorization", "Bearer s3cr3t-token"),),
    body={"password": "password", "note": "s3cr3t-tokens"},
)


def test_only_values_are_taken_out() -> None:
    redacted = Redactor(["s3cr3t-token", "password"]).redact(STEP)
    assert redacted.headers == (("Authorization", "Bearer ${recorded_1}"),)
    assert redacted.body == {"password": "${recorded_2}", "note": "s3cr3t-tokens"}
    assert (redacted.operation, redacted.path) == ("POST /password", "/password")


def test_field_names_in_texts_stay() -> None:
    redactor = Redactor(["password"])
    assert redactor.redact(Note(text='{"password": "password"}')).text == '{"password": "${recorded_1}"}'


def test_what_was_kept_in_the_folder_is_put_back(tmp_path: Path) -> None:
    redactor = Redactor(["s3cr3t-token", "pay ${me}"])
    scenario = Scenario(setup=(STEP, STEP.model_copy(update={"body": "pay $${me}"})))
    redacted = redactor.redact(scenario)
    assert "s3cr3t-token\\" not in redacted.model_dump_json()
    redactor.save(tmp_path)
    assert stat.S_IMODE((tmp_path / "recorded-secrets.json").stat().st_mode) == 0o600
    assert Redactor.of(tmp_path).restore(redacted) == scenario


def test_without_secrets_nothing_is_written(tmp_path: Path) -> None:
    Redactor().save(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert Redactor.of(tmp_path).redact(STEP) is STEP


def test_a_written_test_asks_the_environment() -> None:
    assert text("Bearer ${recorded_1}") == "f\"Bearer {os.environ['CRASHWORTHY_RECORDED_1']}\""


@given(st.lists(st.text(min_size=1), max_size=4), st.text())
def test_no_texts_are_an_unhandled_error(secrets: list[str], shown: str) -> None:
    redactor = Redactor(secrets)
    redactor.restore(redactor.redact(Note(text=shown)))
