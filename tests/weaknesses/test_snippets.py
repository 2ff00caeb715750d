"""Each weakness is shown in a few lines that have it and in a few that do not, and the audit tells them apart."""

from __future__ import annotations

import ast
from importlib.resources import files
from pathlib import Path

import pytest

from crashworthy.audit.engine import audit
from crashworthy.audit.registry import all_rules
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.weakness import Weakness
from crashworthy.source.parse import parse_folder
from crashworthy.weaknesses import snippets
from crashworthy.weaknesses.catalogue import CATALOGUE
from crashworthy.weaknesses.snippets import snippets_of

LONGEST_LINES = 36
WITH_RULES = {rule.weakness.id: rule.weakness for rule in all_rules()}

each_suspected_weakness = pytest.mark.parametrize("weakness", WITH_RULES.values(), ids=lambda weakness: weakness.id)
each_weakness = pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)


def both(weakness: Weakness) -> snippets.Snippets:
    found = snippets_of(weakness.id)
    if found is None:
        pytest.skip("test_catalogue says which files are missing")
    return found


def suspicions(text: str, folder: Path) -> list[Suspicion]:
    (folder / "app.py").write_text(text)
    tree = parse_folder(folder)
    assert not tree.unread
    return list(audit(tree).suspicions)


@each_weakness
def test_both_snippets_are_short_and_compile(weakness: Weakness) -> None:
    pair = both(weakness)
    assert pair.sick != pair.mended
    for text in (pair.sick, pair.mended):
        compile(text, weakness.id, "exec", dont_inherit=True)
        assert len(text.splitlines()) <= LONGEST_LINES, "a snippet is read at one glance"
        served = [
            node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        assert served, "a snippet is a service: it has a handler"


@each_suspected_weakness
def test_the_audit_suspects_the_sick_snippet(weakness: Weakness, tmp_path: Path) -> None:
    found = [each for each in suspicions(both(weakness).sick, tmp_path) if each.weakness == weakness.id]
    assert found, f"no rule of {weakness.id} fires: write the snippet as people write it"
    assert all(each.operations for each in found), "nothing reaches it: the snippet needs its route"


@each_weakness
def test_the_audit_suspects_nothing_at_all_in_the_mended_snippet(weakness: Weakness, tmp_path: Path) -> None:
    found = suspicions(both(weakness).mended, tmp_path)
    assert not found, [f"{each.location} {each.message}" for each in found]


def test_no_snippet_is_left_over() -> None:
    """A weakness that is gone, or a misspelt file."""
    written = {Path(each.name).stem for each in files(snippets).iterdir() if each.name.endswith(".py")} - {"__init__"}
    wanted = {f"{name.replace('-', '_')}_{kind}" for name in CATALOGUE for kind in ("sick", "mended")}
    assert written <= wanted
