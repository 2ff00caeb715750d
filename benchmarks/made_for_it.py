"""Which services that were made for one weakness are proven to have it: `python benchmarks/made_for_it.py`.

Each sick service below tests/sick_services, without its healthy twins, is judged once. Prints, by the weakness that was
proven, the blocks of src/crashworthy/roles/detection.toml of that origin. Such a service is the plainest form of its
weakness, so the count is an upper bound, and the role model gives it little weight.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Status
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.lab.experiments.registry import EXPERIMENTS as REGISTRY
from crashworthy.weaknesses.catalogue import CATALOGUE
from sick_services.catalog import ALL, EXPERIMENTS
from sick_services.service import SickService
from sick_services.stand import candidate_for, open_lab, service_file


def proven(folder: str, service: SickService, sick: str, seed: int) -> set[str]:
    """The weaknesses that the folder's experiment proves of the sick service."""
    experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
    promises = {"idempotent": service.idempotent, "workers": service.workers, "postgresql": service.postgresql}
    with open_lab(service_file(folder, sick), service.framework, service.api, seed=seed, **promises) as lab:
        history = experiment.run(candidate_for(experiment, lab, service.operation), lab)
        return {
            each.weakness or history.weakness for each in experiment.judgements(history) if each.status is Status.PROVEN
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of a folder's name")
    options = parser.parse_args()
    found, known = Counter[str](), Counter[str]()
    for folder, listed in ALL.items():
        experiment = next(each for each in REGISTRY if each.id == EXPERIMENTS[folder])
        named = folder.replace("_", "-")
        expected = next((weakness for weakness in CATALOGUE if named in weakness), experiment.weaknesses[0].id)
        for service in listed if options.only in folder else ():
            if service.sick is None or (service.postgresql and not _has_postgresql()):
                continue
            try:
                seen = proven(folder, service, service.sick, options.seed)
            except CrashworthyError as problem:
                print(f"# {folder}/{service.sick} could not be tried: {problem}", flush=True)
                continue
            of = expected if expected in seen or not seen else min(seen)
            known[of] += 1
            found[of] += bool(seen)
            if not seen:
                print(f"# not proven: {folder}/{service.sick}", flush=True)
    for weakness in CATALOGUE:
        if known[weakness]:
            print(f'\n[[measured]]\nweakness = "{weakness}"\nfound = {found[weakness]}\nof = {known[weakness]}')
            print('origin = "made for it"\non = "the plainest form of the weakness"')
            print(f'command = "benchmarks/made_for_it.py"\ndate = {datetime.now(UTC):%Y-%m-%d}')
    return 0


def _has_postgresql() -> bool:
    try:
        find_postgresql()
    except CrashworthyError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
