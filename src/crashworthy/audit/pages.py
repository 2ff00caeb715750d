"""Writes the catalogue's pages: `python -m crashworthy.audit.pages docs/weaknesses`.

A page says what a weakness is, how it is suspected, how it is proven and how it is mended. All of it comes from the
entry in `crashworthy.weaknesses`, its two snippets, and the rules that suspect it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from crashworthy.audit.registry import all_rules
from crashworthy.audit.rule import Rule, Sample
from crashworthy.core.weakness import Family, Weakness
from crashworthy.weaknesses.catalogue import CATALOGUE, DESCRIPTIONS
from crashworthy.weaknesses.snippets import snippets_of

_NOTE = "Written by `python -m crashworthy.audit.pages docs/weaknesses`; edit the catalogue or the rules instead."
_LANGUAGES = {".py": "python", ".sql": "sql", ".toml": "toml", ".html": "html"}
_NO_RULE = "No rule reads it out of the source: it shows when the service runs."


def pages() -> dict[str, str]:
    """The text of each page by its file name: one per weakness, and an index."""
    found = {f"{weakness.id}.md": page(weakness) for weakness in CATALOGUE.values()}
    found["README.md"] = _index()
    return found


def page(weakness: Weakness) -> str:
    """All that is known of a weakness, as Markdown."""
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
    lines += ["## How it is suspected", ""]
    for rule in rules:
        lines += _rule(rule)
    if not rules:
        lines += [_NO_RULE, ""]
    return "\n".join([*lines, *_guide(weakness), *_accepting(weakness), _NOTE, ""])


def guide(weakness: Weakness) -> str:
    """The part of a page that helps who has been shown a proof, as Markdown: what was seen, and how it is mended."""
    return "\n".join(_guide(weakness)).rstrip() + "\n"


def _guide(weakness: Weakness) -> Iterator[str]:
    yield from ("## How it is proven", "", weakness.proven_by, "")
    yield from ("## How to mend it", "", weakness.mend, "")
    snippets = snippets_of(weakness.id)
    if snippets is not None:
        yield from ("Sick:", "", *_code(snippets.sick), "Mended:", "", *_code(snippets.mended))
    if weakness.references:
        yield from ("## Read on", "")
        yield from (f"- [{reference.title}]({reference.url})" for reference in weakness.references)
        yield ""


def _accepting(weakness: Weakness) -> list[str]:
    accept = f"""\
[[accept]]
weakness = "{weakness.id}"
operation = "POST /orders"  # or a file, or a fingerprint; without any of them, wherever it is found
reason = "why the team can live with it"
until = 2027-06-30  # from the next day on it breaks the build again
"""
    return ["## If it has to stay", "", "In crashworthy.toml:", "", *_code(accept, "toml")]


def _index() -> str:
    lines = [
        "# Weaknesses",
        "",
        "What crashworthy knows, by family. Each page says how a weakness is suspected in the source, what has to be",
        "seen for a proof, and how it is mended. `crashworthy weakness ID` prints the same.",
        "",
    ]
    for family, description in DESCRIPTIONS.items():
        lines += [f"## {family.value.capitalize()}", "", description, "", *_table(family), ""]
    return "\n".join([*lines, _NOTE, ""])


def _table(family: Family) -> list[str]:
    rows = [
        f"| [{weakness.id}]({weakness.id}.md) | {weakness.title} | {weakness.severity} | {_cwe(weakness)} |"
        for weakness in CATALOGUE.values()
        if weakness.family is family
    ]
    return ["| id | what happens | severity | CWE |", "| --- | --- | --- | --- |", *rows]


def _rule(rule: Rule) -> list[str]:
    lines = [f"### {rule.id}", "", inspect.cleandoc(type(rule).__doc__ or ""), ""]
    lines += _sample("Suspected", rule.firing[0]) + _sample("Left alone", rule.quiet[0])
    silence = f"# crashworthy: ignore[{rule.id}] reason"
    return [*lines, f"Silenced at a line by the comment `{silence}`.", ""]


def _sample(word: str, sample: Sample) -> list[str]:
    """All files of a sample, with their names where there are several."""
    lines = [f"{word}: {sample.title}.", ""]
    for name, text in sample.files.items():
        lines += [f"`{name}`", ""] if len(sample.files) > 1 else []
        lines += _code(text, _LANGUAGES.get(Path(name).suffix, "text"))
    return lines


def _code(text: str, language: str = "python") -> list[str]:
    return [f"```{language}", text.strip(), "```", ""]


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
