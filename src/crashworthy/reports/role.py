"""A role as one HTML file that works offline: score, stage board, tasks, and every figure opened."""

from __future__ import annotations

from typing import Any

from crashworthy.reports.page import render_page
from crashworthy.roles.explain import agreement, explain, how_much_is_known, published_stage
from crashworthy.roles.model import Stage
from crashworthy.roles.prior import PriorModel
from crashworthy.roles.score import RoleAssessment, TaskAssessment

_MEANING = {
    Stage.HUMAN: "People do it; AI adds little, or must not.",
    Stage.AT_RISK: "People still do it; AI could, by the evidence.",
    Stage.AI_ASSISTED: "AI drafts; people decide and mend.",
    Stage.AUTOMATED: "AI does it to the standard, behind a gate.",
}


def render(assessment: RoleAssessment, model: PriorModel) -> str:
    """The whole page."""
    tasks = [
        _task_view(assessment, each, model) for each in sorted(assessment.tasks, key=lambda each: -each.task.share)
    ]
    board = [
        (stage.value, _MEANING[stage], [task for task in tasks if task["stage"] == stage.value]) for stage in Stage
    ]
    low, high = assessment.interval
    return render_page(
        "role.html",
        styles=("page.css", "role.css"),
        role=assessment.role,
        score=assessment.score,
        overall=(low / 100, high / 100, assessment.score / 100),
        change=assessment.change,
        known=how_much_is_known(assessment),
        board=board,
        tasks=tasks,
        agreement=agreement(assessment.tasks),
        sources={source.id: source for source in assessment.role.sources},
    )


def _task_view(assessment: RoleAssessment, each: TaskAssessment, model: PriorModel) -> dict[str, Any]:
    published = published_stage(each)
    works = each.evidence.by("ai")
    return {
        "id": each.task.id,
        "title": each.task.title,
        "description": each.task.description,
        "share": each.task.share,
        "stage": each.decision.stage.value,
        "probabilities": [(stage.value, share) for stage, share in each.decision.probabilities.items()],
        "close": each.decision.close,
        "reason": each.decision.reason,
        "bar": (*each.estimate.interval, each.estimate.mean),
        "evidence": each.estimate.evidence_share if each.evidence.weaknesses else None,
        "held": (sum(work.held for work in works), len(works)),
        "published": published.value if published else None,
        "sections": list(explain(assessment.role, each, model)),
    }
