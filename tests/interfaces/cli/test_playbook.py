"""`crashworthy playbook`, and recordings that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Step
from crashworthy.interfaces.cli.options import recordings_given
from crashworthy.interfaces.cli.playbook import Format, playbook
from crashworthy.lab.traffic.export.saved import SavedPlaybook
from crashworthy.run.folder import RunFolder

HELLO = Operation(method="GET", path="/hello")
STEP = Step(operation=HELLO.name, method="GET", path="/hello")
WAY = Way(operation=HELLO.name, status=200, steps=(STEP,))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A saved run that has not learned anything yet."""
    (tmp_path / "job.json").write_text("{}")
    return RunFolder(tmp_path)


@pytest.mark.parametrize(
    ("form", "key"), [(Format.HAR, "log"), (Format.OPENAPI, "openapi"), (Format.ARAZZO, "workflows")]
)
def test_each_format_is_written(folder: RunFolder, tmp_path: Path, form: Format, key: str, capsys: Any) -> None:
    folder.save_playbook(SavedPlaybook(operations=(HELLO,), playbook=Playbook(ways=(WAY,))))
    playbook(str(folder.path), form)
    assert key in json.loads(capsys.readouterr().out)
    playbook(str(folder.path), form, output=tmp_path / "out.json")
    assert key in json.loads((tmp_path / "out.json").read_text())


def test_what_cannot_be_written_is_said(folder: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match="has no playbook"):
        playbook(str(folder.path))
    folder.save_playbook(SavedPlaybook(operations=(HELLO,), playbook=Playbook()))
    with pytest.raises(CrashworthyError, match="reached no operation"):
        playbook(str(folder.path), Format.ARAZZO)
    with pytest.raises(CrashworthyError, match="cannot be written"):
        playbook(str(folder.path), output=tmp_path / "no" / "out.json")


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.http", "\nnonsense\n", "a.http:2: no request line"),
        ("a.har", '{"log": ', "a.har:1: invalid JSON"),
        ("a.txt", "curl 'http://h", "a.txt:1: this curl command cannot be read"),
    ],
)
def test_a_recording_that_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CrashworthyError) as caught:
        recordings_given([tmp_path / name])
    assert place in caught.value.message
    with pytest.raises(CrashworthyError, match="cannot be read"):
        recordings_given([tmp_path / "missing.har"])
