"""The saved runs of this machine that the evidence names: their proofs, where they are still here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
from crashworthy.ledger.author import file_at
from crashworthy.ledger.store import Ledger
from crashworthy.roles.score import RoleAssessment
from crashworthy.run.folder import RunFolder, runs_home


def report_of(run: str) -> RunReport | None:
    """The report of a run, None where it is not on this machine or cannot be read any more."""
    try:
        return RunFolder(runs_home() / run).report()
    except (CrashworthyError, ValueError):
        return None


def proofs_of(assessment: RoleAssessment) -> dict[tuple[str, str], Proof]:
    """By (run, finding) the proofs of the defects that the assessment rests on."""
    defects = [defect for each in assessment.tasks for work in each.evidence.works for defect in work.defects]
    found: dict[tuple[str, str], Proof] = {}
    for run in dict.fromkeys(defect.run for defect in defects):
        report = report_of(run)
        if report is not None:
            names = {finding.proof: finding.id for finding in report.findings if finding.proof}
            found |= {(run, names.get(proof.id, proof.id)): proof for proof in report.proofs}
    return found


def latest_reports(most: int) -> list[RunReport]:
    """The reports of the latest saved runs, the latest first."""
    names = sorted((path.parent.name for path in runs_home().glob("*/report.json")), reverse=True)
    return [report for name in names[:most] if (report := report_of(name)) is not None]


def source_of(ledger: Ledger) -> Callable[[RunReport, str], str | None]:
    """Reads files of services as the runs saw them: from the commit that the ledger names, else from the folder."""
    commits = {run["id"]: run["commit"] for run in ledger.runs() if run["commit"] and not run["dirty"]}

    def read(report: RunReport, file: str) -> str | None:
        folder = Path(report.service.path)
        commit = commits.get(report.run)
        kept = file_at(folder, commit, file) if commit else None
        if kept is not None:
            return kept
        try:
            # A path in a report is data: it must not lead out of the service's folder.
            path = (folder / file).resolve()
            return path.read_text(encoding="utf-8") if path.is_relative_to(folder.resolve()) else None
        except (OSError, UnicodeDecodeError):
            return None

    return read
