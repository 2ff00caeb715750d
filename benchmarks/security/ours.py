"""What crashworthy says of one service: by running it, and by reading it."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.resumed import Said
from benchmarks.security.cases import Case

from crashworthy.audit.engine import audit
from crashworthy.core.finding import Judgement, Status
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.source.parse import parse_folder
from sick_services.stand import candidate_for, open_lab


def judged(case: Case, seed: int) -> Said:
    """Try the case's operation on a stand of its own: all payloads, and the trials that show what they hit."""
    experiment = next(each for each in EXPERIMENTS if each.id == case.experiment)
    service = case.service
    with open_lab(case.file, service.framework, service.api, seed=seed, postgresql=service.postgresql) as lab:
        candidate = candidate_for(experiment, lab, service.operation)
        began = time.monotonic()
        history = experiment.run(candidate, lab)
        seconds = round(time.monotonic() - began, 3)
        found = {_weakness(each, history.weakness) for each in experiment.judgements(history) if _accuses(each)}
        return Said(tuple(sorted(found)), len(history.trials), seconds)


def suspected(case: Case) -> bool:
    """Whether the audit suspects the weakness in the service's source."""
    with tempfile.TemporaryDirectory(prefix="cw-audit-") as name:
        shutil.copy(case.file, Path(name) / "app.py")
        found = audit(parse_folder(Path(name)), only=frozenset({case.weakness}))
    return any(each.weakness == case.weakness for each in found.suspicions)


def _accuses(judgement: Judgement) -> bool:
    return judgement.status is Status.PROVEN and judgement.severity is not Severity.INFO


def _weakness(judgement: Judgement, of_history: str) -> str:
    # A judgement names its weakness where that is not the one that the history was made for.
    return judgement.weakness or of_history
