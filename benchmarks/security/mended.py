"""The examples as they are after somebody has mended what the security set proves in them.

What was changed stands in a patch per example, beside; it says by the way what a mend takes.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.security.whole import Whole, measured

PATCHES = Path(__file__).resolve().parents[1] / "security_mended"


def mended(examples: Path, seed: int) -> Iterator[tuple[str, Whole]]:
    """Each mended example by name, and what the set says of it."""
    for patch in sorted(PATCHES.glob("*.patch")):
        with tempfile.TemporaryDirectory(prefix="cw-mended-") as name:
            folder = Path(name) / patch.stem
            apply(patch, examples / patch.stem, folder)
            yield patch.stem, measured(folder, seed, timed=True)


def apply(patch: Path, source: Path, folder: Path) -> None:
    """Copy what git knows of `source` to `folder`, without the list of what is wrong, and apply the patch."""
    listed = subprocess.run(["git", "-C", str(source), "ls-files"], capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if name != "WRONG.md":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, folder / name)
    subprocess.run(["git", "apply", str(patch)], cwd=folder, check=True)
