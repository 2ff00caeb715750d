"""The arrows between the parts point one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "crashworthy"

# Lowest first: a module imports from its own part and from parts before it, never from parts after it.
LAYERS = (
    "core",
    "weaknesses",
    "constraints",
    "source",
    "audit",
    "lab",
    "verdict",
    "ledger",
    "roles",
    "reports",
    "run",
    "interfaces",
)


def part_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    parts = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "crashworthy":
            names = [f"crashworthy.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            names = []
        parts |= {name.split(".")[1] for name in names if name.startswith("crashworthy.")}
    return parts - {"__version__"}


MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent != SOURCE or path.name != "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_never_point_back(path: Path) -> None:
    own = part_of(path)
    assert own in LAYERS, f"{own} is in no layer: name it in LAYERS"
    for part in imported_parts(path):
        assert LAYERS.index(part) <= LAYERS.index(own), f"{own} imports {part}, which stands after it"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_relative_imports_are_not_used_across_parts(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{path.name}:{node.lineno} climbs out of its folder"
