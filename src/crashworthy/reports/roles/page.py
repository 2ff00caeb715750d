"""A role as one HTML file that works offline: score, stage board, quadrants, tasks, and every figure opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crashworthy.core.proof import Proof
from crashworthy.reports.page import render_page
from crashworthy.reports.roles.method import method
from crashworthy.reports.roles.plots import quadrant_dots, quadrant_lines, trend
from crashworthy.reports.story import tell
from crashworthy.roles.actions import recommended
from crashworthy.roles.evidence import Defect, Work
from crashworthy.roles.explain import against_published, explain, how_much_is_known, published_stage
from crashworthy.roles.model import Stage
from crashworthy.roles.prior import PriorModel
from crashworthy.roles.quadrant import MEANING as QUADRANT_MEANING
from crashworthy.roles.score import RoleAssessment, TaskAssessment
from crashworthy.roles.skills import skill_views

_MEANING = {
    Stage.HUMAN: "People do it; AI adds little, or must not.",
    Stage.AT_RISK: "People still do it; AI could, by the evidence.",
    Stage.AI_ASSISTED: "AI drafts; people decide and mend.",
    Stage.AUTOMATED: "AI does it to the standard, behind a gate.",
}
_MOST_SKILLS = 14

Proofs = Mapping[tuple[str, str], Proof]


def render(assessment: RoleAssessment, model: PriorModel, proofs: Proofs) -> str:
    """The whole page; `proofs` by run and finding are those that this machine still has."""
    ordered = sorted(assessment.tasks, key=lambda each: -each.task.share)
    tasks = [_task_view(assessment, each, model, proofs) for each in ordered]
    board = [
        (stage.value, _MEANING[stage], [task for task in tasks if task["stage"] == stage.value]) for stage in Stage
    ]
    low, high = assessment.interval
    least, most = assessment.threat.interval
    return render_page(
        "role.html",
        styles=("page.css", "role.css"),
        role=assessment.role,
        score=assessment.score,
        overall=(low / 100, high / 100, assessment.score / 100),
        threat=assessment.threat.score,
        threat_bar=(least / 10, most / 10, assessment.threat.score / 10),
        trend=trend(assessment.past),
        change=assessment.change,
        known=how_much_is_known(assessment),
        board=board,
        tasks=tasks,
        dots=quadrant_dots(ordered),
        lines=quadrant_lines(),
        quadrants=[(quadrant.value, meaning) for quadrant, meaning in QUADRANT_MEANING.items()],
        actions=recommended(assessment),
        skills=skill_views(assessment)[:_MOST_SKILLS],
        against_published=tuple(against_published(assessment.tasks)),
        sources={source.id: source for source in assessment.role.sources},
        method=method(),
    )


def _task_view(assessment: RoleAssessment, each: TaskAssessment, model: PriorModel, proofs: Proofs) -> dict[str, Any]:
    published = published_stage(each)
    works = each.evidence.by("ai")
    return {
        "id": each.task.id,
        "title": each.task.title,
        "description": each.task.description,
        "share": each.task.share,
        "stage": each.decision.stage.value,
        "quadrant": each.place.quadrant.value,
        "probabilities": [(stage.value, share) for stage, share in each.decision.probabilities.items()],
        "close": each.decision.close,
        "reason": each.decision.reason,
        "bar": (*each.estimate.interval, each.estimate.mean),
        "evidence": each.estimate.evidence_share if each.evidence.weaknesses else None,
        "held": (sum(work.held for work in works), len(works)),
        "published": published.value if published else None,
        "sections": [section for section in explain(assessment.role, each, model) if section[0] != "Runs"],
        "works": [_work_view(work, proofs) for work in reversed(each.evidence.works)],
        "silent": each.evidence.silent_runs,
    }


def _work_view(work: Work, proofs: Proofs) -> dict[str, Any]:
    return {
        "author": work.author,
        "service": work.service.rpartition("/")[2],
        "commit": work.commit[:10] if work.commit else "no commit",
        "began": work.began.isoformat(),
        "held": work.held,
        "escaped": work.escaped,
        "tried": work.tried,
        "runs": work.runs,
        "rounds": work.rounds,
        "defects": [_defect_view(defect, proofs.get((defect.run, defect.finding))) for defect in work.defects],
    }


def _defect_view(defect: Defect, proof: Proof | None) -> dict[str, Any]:
    return {
        "defect": defect,
        "expected": proof.expected if proof else None,
        "seen": proof.seen if proof else None,
        "acts": tell(proof).acts if proof else (),
    }
