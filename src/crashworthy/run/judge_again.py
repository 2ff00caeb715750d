"""Judges the saved histories of a run again, with the judges of today, and reports them anew."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.run.assemble import Findings, mark_of
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
from crashworthy.run.redact import Redactor
from crashworthy.verdict.policy import decide


def judge_again(folder: RunFolder) -> RunReport:
    """The report of a saved run, its findings decided from the histories alone. Runs nothing.

    What the run could not replay stays unknown: a judge cannot replay.
    """
    job = Job.model_validate_json(folder.job_file.read_bytes())
    saved = folder.report()
    experiments = {experiment.id: experiment for experiment in EXPERIMENTS}
    findings = Findings(job.constraints)
    for history in folder.histories():
        experiment = experiments.get(history.experiment)
        if experiment is None:
            continue
        judgements = experiment.judgements(history)
        for judgement in judgements:
            if judgement.status is not Status.PROVEN or mark_of(history, judgement) in findings.proven:
                findings.judged(history, judgement, None)
                continue
            proof = _proof_of(judgement, judgements, history, saved)
            if proof is None:
                why = _why_unproven(judgement, history.id, saved)
                judgement = judgement.model_copy(update={"status": Status.UNKNOWN, "why": why})
            findings.judged(history, judgement, proof)
    reached = frozenset(operation.operation for operation in saved.operations if operation.reached)
    findings.add_untried(saved.suspicions, reached)
    verdict = decide(
        findings.made,
        saved.operations,
        saved.not_tried,
        fail_on=job.fail_on,
        allow_unknown=job.allow_unknown,
    )
    report = saved.model_copy(
        update={
            "verdict": verdict.outcome,
            "judgement": verdict,
            "findings": tuple(findings.made),
            "proofs": tuple(findings.proofs),
        }
    )
    # Histories hold all that was sent.
    return Redactor.of(folder.path).redact(report)


def _proof_of(
    judgement: Judgement, judgements: Sequence[Judgement], history: History, saved: RunReport
) -> Proof | None:
    """The proof that the run confirmed for this judgement, and for no other one of the same history."""
    wanted = judgement.weakness or history.weakness
    title = judgement.title or history.weakness
    here = [
        proof
        for proof in saved.proofs
        if (proof.history, proof.weakness, proof.location) == (history.id, wanted, judgement.location)
    ]
    told = [proof for proof in here if proof.title == title]
    # The judges of today may call it otherwise.
    others = {each.title or history.weakness for each in judgements}
    renamed = [proof for proof in here if proof.location is not None and proof.title not in others]
    return next(iter(told or renamed), None)


def _why_unproven(judgement: Judgement, history: str, saved: RunReport) -> str:
    """Why the run has no proof of what this judgement shows, as the run itself said it."""
    for finding in saved.findings:
        if finding.status is Status.UNKNOWN and (finding.history, finding.title) == (history, judgement.title):
            return finding.why
    return f"seen once, but it did not replay from a fresh state: {judgement.seen}"
