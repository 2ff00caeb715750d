"""Judges the saved histories of a run again, with the judges of today, and reports them anew."""

from __future__ import annotations

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.run.assemble import Findings
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
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
        for judgement in experiment.judgements(history):
            if judgement.status is not Status.PROVEN or findings.knows(history, judgement):
                findings.judged(history, judgement, None)
                continue
            proof = _proof_of(judgement, history.id, history.weakness, saved)
            if proof is None:
                why = f"seen once, but it did not replay from a fresh state: {judgement.seen}"
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
    return saved.model_copy(
        update={
            "verdict": verdict.outcome,
            "judgement": verdict,
            "findings": tuple(findings.made),
            "proofs": tuple(findings.proofs),
        }
    )


def _proof_of(judgement: Judgement, history: str, weakness: str, saved: RunReport) -> Proof | None:
    """The proof that the run confirmed for this judgement."""
    wanted = judgement.weakness or weakness
    same = [proof for proof in saved.proofs if proof.history == history and proof.weakness == wanted]
    at_place = [proof for proof in same if proof.location == judgement.location]
    return next(iter(at_place or same), None)
