"""What was measured already: a run over all services takes most of an hour, and may be interrupted."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.security.cases import Case
from benchmarks.security.ours import Said, judged


class Results:
    """Results by service and seed, in a file with one JSON object per line; without a file none are kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[tuple[str, int], Said] = {}
        if file is not None and file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                one = json.loads(line)
                self._known[one["case"], one["seed"]] = Said(frozenset(one["proven"]), one["seconds"])

    def of(self, case: Case, seed: int) -> Said:
        """What was said of a service with a seed; it is tried where that is not known."""
        known = self._known.get((case.title, seed))
        if known is not None:
            return known
        said = judged(case, seed)
        if self._file is not None:
            one = {"case": case.title, "seed": seed, "proven": sorted(said.proven), "seconds": round(said.seconds, 3)}
            with self._file.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(one) + "\n")
        return said
