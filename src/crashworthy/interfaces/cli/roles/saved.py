"""The saved runs of this machine that the evidence names: their proofs, where they are still here."""

from __future__ import annotations

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
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
