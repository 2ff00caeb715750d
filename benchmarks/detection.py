"""How many known defects a run proves: `python benchmarks/detection.py [FOLDER ...] [--budget S] [--report FILE]`.

Each folder, by default each example, holds a WRONG.md that was written by hand before the lab could find anything. An
entry is a heading of the third level and a line that names its kind and operations:

    ### SR1 Checkout oversells stock
    - kind: race; operation: POST /checkout; line: 114; severity: blocker

or a line of a table: number, kind, operations, and what was seen. `--truth FILE` names such a list that lies elsewhere.

An entry counts as proven when a proof of a weakness of its kind names one of its operations. What is proven and
matches no entry is listed too: each such line is either news or a false accusation, and wants a look by hand. With
--report, an earlier JSON report of the one folder is read instead of running it. The counts per weakness are those of
src/crashworthy/roles/detection.toml.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
OPERATION = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s,;`)]*)")
OF_KIND = {
    "race": ("lost-update", "crash-under-concurrency"),
    "slow dependency": ("held-by-slow-dependency",),
    "wedge": ("wedged-by-one-request", "held-by-slow-dependency"),
    "crash on input": ("crash-on-input", "wedged-by-one-request"),
}
"""The kinds of entries that count, and the weaknesses that prove them."""
IN_TABLES = {
    "race": r"race",
    "slow dependency": r"slow.dependency",
    "wedge": r"wedge",
    "crash on input": r"crash(?! on dependency)",
}
"""How a table begins what it says of a kind. What a dependency answers is no input."""


@dataclass(frozen=True)
class Entry:
    """One known defect."""

    id: str
    title: str
    kind: str
    operations: frozenset[str]

    def shown_by(self, finding: dict[str, Any]) -> bool:
        """Whether the proof is of this defect, by its kind and operations."""
        if finding["status"] != "proven" or finding["weakness"] not in OF_KIND[self.kind]:
            return False
        return not self.operations or bool(self.operations & {plain(name) for name in finding["operations"]})


def plain(operation: str) -> str:
    """An operation with unnamed parameters, and no slash at the end."""
    method, _, path = operation.partition(" ")
    return f"{method} {re.sub(r'[{<][^}>]*[}>]', '{}', path.partition('?')[0]).rstrip('/.')}"


def entries(truth: Path) -> Iterator[Entry]:
    """What the list of known defects says, of the kinds that count."""
    text = truth.read_text(encoding="utf-8")
    yield from _of_table(text)
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        body = body.partition("\n## ")[0]
        kind = re.search(r"^- kind: ([^;(/\n]+)", body, flags=re.MULTILINE)
        if kind is None or kind[1].strip() not in OF_KIND:
            continue
        line = body.partition("\n")[0]
        named = OPERATION.findall(line) or OPERATION.findall(body)
        name, _, title = head.partition(" ")
        yield Entry(name, title, kind[1].strip(), frozenset(plain(" ".join(each)) for each in named))


def _of_table(text: str) -> Iterator[Entry]:
    for row in re.finditer(r"^\| *(\d+) *\|([^|]*)\|([^|]*)\|[^|]*\|([^|]*)\|", text, flags=re.MULTILINE):
        number, said, operations, shown = (cell.strip() for cell in row.groups())
        kind = next((kind for kind, sign in IN_TABLES.items() if re.match(sign, said)), None)
        if kind is not None:
            named = frozenset(plain(" ".join(each)) for each in OPERATION.findall(operations))
            yield Entry(number, shown[:80], kind, named)


def tested(folder: Path, budget: float, seed: int) -> dict[str, Any]:
    """The report of a run."""
    with tempfile.TemporaryDirectory(prefix="cw-detection-") as state:
        report = Path(state) / "report.json"
        command = [sys.executable, "-m", "crashworthy.interfaces.cli.main", "test", str(folder), "--no-ledger"]
        command += ["--budget", str(budget), "--seed", str(seed), "--format", "json", "--output", str(report)]
        weaknesses = {weakness for known in OF_KIND.values() for weakness in known}
        for weakness in sorted(weaknesses & catalogue()):
            command += ["--only", weakness]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "XDG_STATE_HOME": state})
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return found


def catalogue() -> set[str]:
    """The weaknesses that this version knows."""
    from crashworthy.weaknesses.catalogue import CATALOGUE

    return set(CATALOGUE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--budget", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--truth", type=Path, help="the list of known defects, where it is not FOLDER/WRONG.md")
    chosen = parser.parse_args()
    console = Console(width=150)
    found: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for folder in chosen.folders or sorted(path.parent for path in EXAMPLES.glob("*/WRONG.md")):
        report = json.loads(chosen.report.read_text()) if chosen.report else tested(folder, chosen.budget, chosen.seed)
        truth = list(entries(chosen.truth or folder / "WRONG.md"))
        table = Table(title=f"{folder.name}: {report['verdict']}, {report['duration_s']:.0f} s", title_justify="left")
        for column in ("entry", "kind", "title", "proven by"):
            table.add_column(column, overflow="fold")
        matched: set[str] = set()
        for entry in truth:
            proofs = [finding["id"] for finding in report["findings"] if entry.shown_by(finding)]
            matched.update(proofs)
            known[entry.kind] += 1
            found[entry.kind] += bool(proofs)
            table.add_row(entry.id, entry.kind, entry.title, " ".join(proofs) or "[red]not proven[/]")
        console.print(table)
        for finding in report["findings"]:
            if finding["status"] == "proven" and finding["id"] not in matched:
                where = finding["location"] and f"{finding['location']['file']}:{finding['location']['line']}"
                console.print(f"  in no entry: {finding['id']} {finding['weakness']} {finding['title']} ({where})")
    for kind, count in known.items():
        console.print(f"{kind}: {found[kind]} of {count} proven")
    return 0


if __name__ == "__main__":
    sys.exit(main())
