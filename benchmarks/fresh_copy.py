"""How long a fresh copy of a service takes until it accepts requests: `python benchmarks/fresh_copy.py [FOLDER ...]`.

Two tiny services and the examples (or the folders given), with the sensor, as in a run. Services get the environment
that a run would make for them, or the interpreter `--python`. Objective: median of at most 50 ms where forked.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from shutil import copytree, ignore_patterns

from rich.console import Console
from rich.table import Table

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Event
from crashworthy.lab.environment.python import prepare_python
from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver
from crashworthy.lab.service.detect import detect
from crashworthy.lab.service.plan import ServicePlan
from crashworthy.lab.service.testbed import open_testbed
from crashworthy.source.parse import parse_folder

OBJECTIVE_MS = 50.0

TINY = {
    "tiny Flask": """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def index():
    return "hello"
if __name__ == "__main__":
    app.run()
""",
    "tiny FastAPI": """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def index():
    return "hello"
""",
}


def measure(root: Path, folder: Path, python: Path, copies: int, *, may_fork: bool) -> tuple[list[float], str]:
    """Milliseconds per copy, and "forked" or why copies were started anew."""
    with Receiver(folder / "sensor.sock") as receiver:
        plan = ServicePlan(
            root=root,
            starts=detect(parse_folder(root)),
            run_id=folder.name,
            python=python,
            environment={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                **injection(folder, root=root, socket=receiver.path, standin=None, run_id=folder.name),
            },
            sensor=receiver,
            may_fork=may_fork,
        )
        times = []
        with open_testbed(plan, folder, _ignore) as testbed:
            for _ in range(copies):
                with testbed.fresh() as copy:
                    times.append(copy.ready_s * 1000)
            return times, "forked" if testbed.fork_refusal is None else f"started anew: {testbed.fork_refusal}"


def _ignore(_event: Event) -> None:
    """Nobody watches a benchmark."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--copies", type=int, default=100)
    options = parser.parse_args()
    examples = sorted(path for path in (Path(__file__).parents[1] / "examples").iterdir() if path.is_dir())
    table = Table("service", "copies", "n", "median ms", "p90 ms", title=f"Objective: median ≤ {OBJECTIVE_MS:.0f} ms")
    missed = False
    with tempfile.TemporaryDirectory(prefix="crashworthy-") as scratch:
        sources = {folder.name: folder for folder in options.folders or examples}
        if not options.folders:
            for name, text in TINY.items():
                source = Path(scratch) / name.replace(" ", "-")
                source.mkdir()
                (source / "app.py").write_text(text)
                sources[name] = source
        for number, (name, source) in enumerate(sources.items()):
            python = options.python or Path(sys.executable)
            if name not in TINY and options.python is None:
                python = prepare_python(parse_folder(source), emit=_ignore).python
            for may_fork in (True, False):
                folder = Path(scratch) / f"run-{number}-{may_fork}"
                root = folder / "copy"
                copytree(source, root, ignore=ignore_patterns("__pycache__", "*.db", "*.sqlite3"))
                try:
                    count = options.copies if may_fork else max(3, options.copies // 10)
                    times, how = measure(root, folder, python.absolute(), count, may_fork=may_fork)
                except CrashworthyError as error:
                    table.add_row(name, error.message, "", "", "")
                    break
                median, p90 = statistics.median(times), statistics.quantiles(times, n=10)[-1]
                missed |= how == "forked" and median > OBJECTIVE_MS
                table.add_row(name, how, str(len(times)), f"{median:.1f}", f"{p90:.1f}")
    Console().print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
