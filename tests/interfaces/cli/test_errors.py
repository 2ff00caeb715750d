"""Errors become messages and exit code 2, never a bare traceback and never the code that means BREAKS."""

from __future__ import annotations

from typing import Any

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli import main as command_line


def outcome_of(error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(command_line, "app", fail)
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return left.value.code, capsys.readouterr().err


def test_a_users_mistake_says_what_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = CrashworthyError("no [service] here", remedy="Name a folder.", details="line one\nline two")
    code, told = outcome_of(error, monkeypatch, capsys)
    assert code == 2
    assert told.splitlines() == ["error: no [service] here", "  line one", "  line two", "try: Name a folder."]


def test_what_a_service_says_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = CrashworthyError("ended: \x1b[2J", details="RuntimeError: \x1b]0;title\x07")
    _, told = outcome_of(error, monkeypatch, capsys)
    assert told.splitlines() == [r"error: ended: \x1b[2J", r"  RuntimeError: \x1b]0;title\x07"]


def test_a_failure_of_ours_is_said_to_be_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = outcome_of(ZeroDivisionError("division by zero"), monkeypatch, capsys)
    assert code == 2
    assert told.startswith("error: crashworthy itself failed: ZeroDivisionError: division by zero")
    assert "nothing of it is the service's fault" in told


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome_of(KeyboardInterrupt(), monkeypatch, capsys) == (130, "")


def test_help_shows_examples_and_exit_codes(crashworthy: Any) -> None:
    helped = crashworthy("test", "--help")
    assert helped.code == 0
    assert "crashworthy test ." in helped.out
    assert "3 unknown" in helped.out


def test_an_unknown_option_is_an_error_of_use(crashworthy: Any) -> None:
    assert crashworthy("test", ".", "--bugdet", "5").code == 2
