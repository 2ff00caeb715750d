"""The mended examples of the security benchmark: a patch that no longer applies would leave them sick."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.security.mended import PATCHES, apply

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_each_example_has_a_patch_that_applies(example: str, tmp_path: Path) -> None:
    folder = tmp_path / example
    apply(PATCHES / f"{example}.patch", EXAMPLES / example, folder)
    assert not (folder / "WRONG.md").exists()
    for file in folder.rglob("*.py"):
        compile(file.read_text(encoding="utf-8"), str(file), "exec")
    changed = [
        file
        for file in folder.rglob("*.py")
        if file.read_bytes() != (EXAMPLES / example / file.relative_to(folder)).read_bytes()
    ]
    assert changed
