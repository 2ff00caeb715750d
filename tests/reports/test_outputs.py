"""Which report goes where."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.reports.outputs import Output, pair_outputs, write_outputs
from reports.sample import sample


def test_nothing_asked_for_is_the_screen() -> None:
    assert pair_outputs([], []) == (Output("screen"),)


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.html", "html"),
        ("a.SARIF", "sarif"),
        ("a.sarif.json", "sarif"),
        ("a.xml", "junit"),
        ("a.json", "json"),
        ("a.md", "markdown"),
        ("a.txt", "screen"),
    ],
)
def test_the_ending_tells_the_format_and_the_screen_stays(name: str, format_: str) -> None:
    assert pair_outputs([], [Path(name)]) == (Output(format_, Path(name)), Output("screen"))


def test_outputs_belong_to_formats_by_position() -> None:
    wanted = pair_outputs(["sarif", "junit", "json"], [Path("a"), Path("b")])
    assert wanted == (Output("sarif", Path("a")), Output("junit", Path("b")), Output("json"))
    assert wanted[2].to_stdout


def test_fewer_outputs_go_to_the_formats_of_their_endings() -> None:
    assert pair_outputs(["screen", "json"], [Path("a.json")]) == (Output("json", Path("a.json")), Output("screen"))
    assert pair_outputs(["sarif", "screen"], [Path("a.json")]) == (Output("sarif", Path("a.json")), Output("screen"))


def test_a_dash_is_standard_output() -> None:
    assert pair_outputs(["html"], [Path("-")]) == (Output("html"),)


def test_short_names_are_known() -> None:
    assert pair_outputs(["md"], [])[0].format == "markdown"


@pytest.mark.parametrize(
    ("formats", "outputs", "message"),
    [
        (["json", "sarif"], [], "cannot both go to standard output"),
        (["screen", "json"], [], "cannot both go to standard output"),
        (["htlm"], [], "no report format called 'htlm'"),
        ([], ["report.pdf"], "tells no report format"),
        (["html", "json"], ["same", "same"], "2 reports are to be written"),
    ],
)
def test_what_cannot_be_is_said_before_the_run(formats: list[str], outputs: list[str], message: str) -> None:
    with pytest.raises(CrashworthyError, match=message) as error:
        pair_outputs(formats, [Path(name) for name in outputs])
    assert error.value.remedy


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(CrashworthyError) as error:
        pair_outputs(["sarfi"], [])
    assert "sarif" in error.value.remedy


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match="is a folder"):
        pair_outputs(["html"], [tmp_path])


def test_files_are_written_whole_and_their_folder_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "report.json"
    write_outputs(sample(), pair_outputs([], [file]))
    assert json.loads(file.read_text())["verdict"] == "BREAKS"
    assert [path.name for path in file.parent.iterdir()] == ["report.json"]
    assert "BREAKS" in capsys.readouterr().out


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CrashworthyError, match="could not be written"):
        write_outputs(sample(), [Output("json", tmp_path / "file" / "report.json")])


def test_a_machine_report_is_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write_outputs(sample(), pair_outputs(["json"], []))
    assert json.loads(capsys.readouterr().out)["run"] == sample().run


def test_a_terminal_without_unicode_gets_plain_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    write_outputs(sample(), [Output("screen")])
    sys.stdout.flush()
    assert b"3 proven - 1 accepted" in raw.getvalue()
