"""What is wrong in crashworthy.toml is told with file, line, key and the nearest valid key."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.constraints.load import load_constraints, parse_constraints
from crashworthy.constraints.model import Constraints
from crashworthy.constraints.position import line_of
from crashworthy.core.errors import CrashworthyError

WHOLE = """\
idempotent = ["POST /orders"]

[service]
command = "uvicorn app:app --port {port}"
env = { MODE = "test" }

[workload]
requests_per_s = 50

[objectives]
latency_ms = 300
availability = 0.999

[[dependencies]]
name = "payments"
latency_ms = 120

[[dependencies]]
name = "tax"
availability = 0.99

[[accept]]
weakness = "crash-on-input"
operation = "GET /reports"
reason = "internal page, mended in March"
until = 2030-03-31
"""


def complaint(text: str) -> str:
    with pytest.raises(CrashworthyError) as caught:
        parse_constraints(text)
    return caught.value.message


def test_a_folder_without_the_file_has_empty_constraints(tmp_path: Path) -> None:
    assert load_constraints(tmp_path) == Constraints()


def test_everything_is_read(tmp_path: Path) -> None:
    (tmp_path / "crashworthy.toml").write_text(WHOLE)
    constraints = load_constraints(tmp_path)
    assert constraints.service.env == {"MODE": "test"}
    assert [each.name for each in constraints.dependencies] == ["payments", "tax"]
    assert constraints.accept[0].until.year == 2030


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("comand", "command", "crashworthy.toml:4: service.comand is not a key that crashworthy knows; did you mean"),
        ("requests_per_s = 50", "", "workload.requests_per_s = -1: input should be greater than 0"),
        ("availability = 0.99\n", "", "crashworthy.toml:20: dependencies[2].availability = 1.5"),
        ("2030-03-31", "", "crashworthy.toml:26: accept[1].until = 'soon'"),
    ],
    ids=["unknown key", "negative rate", "share above one", "no date"],
)
def test_errors_name_line_and_key(wrong: str, right: str, message: str) -> None:
    broken = {
        "comand": WHOLE.replace("command", "comand"),
        "requests_per_s = 50": WHOLE.replace("requests_per_s = 50", "requests_per_s = -1"),
        "availability = 0.99\n": WHOLE.replace("availability = 0.99\n", "availability = 1.5\n"),
        "2030-03-31": WHOLE.replace("2030-03-31", '"soon"'),
    }[wrong]
    assert message in complaint(broken)
    assert right in complaint(broken)


def test_an_unknown_table_names_the_nearest() -> None:
    assert "did you mean objectives?" in complaint("[objective]\nlatency_ms = 1\n")


def test_what_is_not_toml_names_the_line() -> None:
    assert complaint("[service]\ncommand = \n").startswith("crashworthy.toml:2: this is not TOML")


def test_an_acceptance_of_an_unknown_weakness_is_an_error() -> None:
    assert "did you mean lost-update?" in complaint(WHOLE.replace('"crash-on-input"', '"lost-updates"'))


def test_a_missing_key_is_told_at_its_table() -> None:
    assert complaint("\n[[accept]]\nweakness = 'lost-update'\nuntil = 2030-01-01\n") == (
        "crashworthy.toml:2: accept[1].reason is missing"
    )


def test_lines_are_found_behind_multi_line_strings_and_dotted_keys() -> None:
    text = 'service.command = """\n[workload]\n"""\n[workload]\n"requests_per_s" = 1\n'
    assert line_of(text, ("workload", "requests_per_s")) == 5
    assert line_of(text, ("service", "command")) == 1


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(CrashworthyError):
        assert isinstance(parse_constraints(text), Constraints)
