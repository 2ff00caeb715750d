"""Writes the catalogue's pages: `python -m crashworthy.audit.pages docs/weaknesses`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from crashworthy.audit.registry import all_rules
from crashworthy.audit.rule import Rule, Sample
from crashworthy.core.weakness import Weakness
from crashworthy.weaknesses.catalogue import CATALOGUE


def pages() -> dict[str, str]:
    """The text of each page by its file name: one per weakness, and an index."""
    found = {f"{weakness.id}.md": _page(weakness) for weakness in CATALOGUE.values()}
    found["README.md"] = _index()
    return found


def _index() -> str:
    rows = [
        f"| [{weakness.id}]({weakness.id}.md) | {weakness.title} | {weakness.severity} | {_cwe(weakness)} |"
        for weakness in CATALOGUE.values()
    ]
    head = ["# Weaknesses", "", "| id | what happens | severity | CWE |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows, "", _NOTE, ""])


_NOTE = "Written by `python -m crashworthy.audit.pages docs/weaknesses`; edit the catalogue or the rules instead."


def _page(weakness: Weakness) -> str:
    lines = [
        f"# {weakness.title}",
        "",
        f"`{weakness.id}` · {weakness.severity} · {weakness.family} · {_cwe(weakness)}",
        "",
        weakness.cost,
        "",
    ]
    if weakness.tasks:
        lines += [f"Says something about these tasks of a role: {', '.join(weakness.tasks)}.", ""]
    rules = [rule for rule in all_rules() if rule.weakness.id == weakness.id]
    if rules:
        lines += ["## What the audit looks for", ""]
    for rule in rules:
        lines += _rule(rule)
    return "\n".join([*lines, _NOTE, ""])


def _rule(rule: Rule) -> list[str]:
    lines = [f"### {rule.id}", "", inspect.cleandoc(type(rule).__doc__ or ""), ""]
    lines += _sample("Suspected", rule.firing[0]) + _sample("Left alone", rule.quiet[0])
    silence = f"# crashworthy: ignore[{rule.id}] reason"
    return [*lines, f"Silenced at a line by the comment `{silence}`.", ""]


def _sample(word: str, sample: Sample) -> list[str]:
    """The file of a sample that shows its point: the last one."""
    text = list(sample.files.values())[-1]
    return [f"{word}: {sample.title}.", "", "```python", text.strip(), "```", ""]


def _cwe(weakness: Weakness) -> str:
    if weakness.cwe is None:
        return "no CWE"
    return f"[CWE-{weakness.cwe}](https://cwe.mitre.org/data/definitions/{weakness.cwe}.html)"


def main(folder: Path) -> None:
    """Write all pages, and remove those of weaknesses that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    current = pages()
    for path in folder.glob("*.md"):
        if path.name not in current:
            path.unlink()
    for name, text in current.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/weaknesses"))
