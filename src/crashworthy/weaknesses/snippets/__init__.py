"""Each weakness in a few lines of Python that have it, and in a few that do not: `<id>_sick.py`, `<id>_mended.py`.

They are never imported, only read; tests compile them and show them to the audit's rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Snippets:
    """The text of a small service that has a weakness, and of the same service without it."""

    sick: str
    mended: str


def snippets_of(weakness_id: str) -> Snippets | None:
    """The snippets of a weakness; None where they have not been written."""
    folder = files(__name__)
    name = weakness_id.replace("-", "_")
    sick, mended = (folder.joinpath(f"{name}_{kind}.py") for kind in ("sick", "mended"))
    if not sick.is_file() or not mended.is_file():
        return None
    return Snippets(sick.read_text(encoding="utf-8"), mended.read_text(encoding="utf-8"))
