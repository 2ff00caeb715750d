"""How long parsing and auditing take: `python benchmarks/audit_speed.py [FOLDER ...]`.

Without folders, those of some installed packages: larger trees than services usually are.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crashworthy.audit.engine import audit
from crashworthy.source.parse import parse_folder

PACKAGES = ("flask", "fastapi", "werkzeug", "starlette", "pydantic", "sqlalchemy")


def installed(names: tuple[str, ...]) -> list[Path]:
    specs = (importlib.util.find_spec(name) for name in names)
    return [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin is not None]


def main() -> None:
    table = Table("folder", "files", "lines", "parse s", "audit s", "lines/s", title="Audit speed")
    for folder in [Path(name) for name in sys.argv[1:]] or installed(PACKAGES):
        begun = time.perf_counter()
        tree = parse_folder(folder)
        parsed = time.perf_counter()
        audit(tree)
        done = time.perf_counter()
        lines = sum(file.text.count("\n") for file in tree.files)
        table.add_row(
            folder.name,
            str(len(tree.files)),
            f"{lines:,}",
            f"{parsed - begun:.2f}",
            f"{done - parsed:.2f}",
            f"{lines / (done - begun):,.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
