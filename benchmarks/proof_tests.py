"""Do written tests fail while the defect is there and pass once it is mended? `python benchmarks/proof_tests.py`.

Proves a sick service of each kind, writes the test, and runs it that often against the sick service and against a
healthy twin. Objective: at least 19 of 20 failures before, 20 of 20 passes after. Exits 1 when it is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from crashworthy.core.proof import Proof
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.lab.proof.confirm import confirm
from crashworthy.lab.proof.write_test import write_tests
from sick_services.catalog import ALL, EXPERIMENTS, SickService
from sick_services.stand import candidate_for, open_lab, service_file

SHARE = 0.95


def prove(folder: str, service: SickService) -> Proof | None:
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    assert service.sick is not None
    with open_lab(service_file(folder, service.sick), service.framework, service.api, seed=1) as lab:
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        return confirm(experiment, history, experiment.judgements(history)[0], lab)


def failures(test: Path, service: Path, times: int) -> int:
    environment = {"PATH": os.environ["PATH"], "HOME": str(test.parent), "CRASHWORTHY_SERVICE": str(service)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    runs = [
        subprocess.run(command, cwd=test.parent, env=environment, capture_output=True, check=False)
        for _ in range(times)
    ]
    return sum(run.returncode != 0 for run in runs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="", help="part of a service's name")
    options = parser.parse_args()
    table = Table("service", "failed before", "passed after", "")
    missed = False
    for folder, services in ALL.items():
        for service in services:
            if not (service.sick and service.healthy) or service.postgresql or options.only not in service.name:
                continue
            with tempfile.TemporaryDirectory(prefix="cw-tests-") as name:
                sick, mended = Path(name) / "sick", Path(name) / "mended"
                for place, source in ((sick, service.sick), (mended, service.healthy[0])):
                    place.mkdir()
                    shutil.copy(service_file(folder, source), place / "app.py")
                proof = prove(folder, service)
                if proof is None:
                    missed = True
                    table.add_row(service.name, "not proven", "", "MISSED")
                    continue
                test = write_tests([proof], sick, Path(name) / "tests")[0]
                before, after = failures(test, sick, options.times), failures(test, mended, options.times)
            good = before >= SHARE * options.times and after == 0
            missed = missed or not good
            passed = options.times - after
            table.add_row(
                service.name, f"{before}/{options.times}", f"{passed}/{options.times}", "" if good else "MISSED"
            )
    Console().print(table)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
