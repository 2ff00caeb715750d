"""A proof travels as one file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.reports.bundle import read_bundle, write_bundle
from reports.sample import sample


def bundle_file(folder: Path) -> Path:
    path = folder / "proof.html"
    write_bundle(sample(), "P1", path)
    return path


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    proof, source = read_bundle(bundle_file(tmp_path))
    assert proof == sample().proofs[0]
    assert source == Path("/home/ada/shop")


def test_the_page_shows_the_timeline(tmp_path: Path) -> None:
    page = bundle_file(tmp_path).read_text()
    assert '<svg class="timeline"' in page
    assert "both read before the first of them committed" in page


def test_an_unknown_proof_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match="has no proof P9") as error:
        write_bundle(sample(), "P9", tmp_path / "proof.html")
    assert "P1, P2, P3" in error.value.remedy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda page: "<p>something else</p>", "no proof is embedded"),
        (lambda page: page[: len(page) * 3 // 4], "no proof is embedded in it, or the file was cut"),
        (lambda page: page.replace('"method": "POST"', '"method": 7', 1), "damaged at proof.scenario"),
        (lambda page: page.replace('"run": ', '"run" ', 1), "its proof is damaged"),
        (lambda page: page.replace('"format": 1', '"format": 2', 1), "this crashworthy reads format 1"),
    ],
)
def test_a_damaged_file_is_a_clear_error(tmp_path: Path, change: object, message: str) -> None:
    path = bundle_file(tmp_path)
    path.write_text(change(path.read_text()))  # type: ignore[operator]
    with pytest.raises(CrashworthyError, match=message):
        read_bundle(path)


def test_a_file_that_is_no_text_or_not_there(tmp_path: Path) -> None:
    binary = tmp_path / "b.html"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CrashworthyError, match="no UTF-8"):
        read_bundle(binary)
    with pytest.raises(CrashworthyError, match="could not be read"):
        read_bundle(tmp_path / "missing.html")


def test_credentials_are_shortened_for_people_but_kept_for_the_replay(tmp_path: Path) -> None:
    page = bundle_file(tmp_path).read_text()
    shown, _, embedded = page.partition('<script type="application/json"')
    assert "correct horse" not in shown
    assert "eyJhbG…" in shown
    assert json.dumps("correct horse")[1:-1] in embedded
