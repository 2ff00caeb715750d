"""A job description or a list of tasks, mapped and compared with the library."""

from __future__ import annotations

from crashworthy.core.value import Value
from crashworthy.roles.mapping import Mapping, nearest_roles
from crashworthy.roles.model import Role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import RoleAssessment, RolePage, to_page
from crashworthy.roles.similarity import THRESHOLD

_MOST_ROLES = 3
_LEAST_DIFFERENCE = 0.03


class Difference(Value):
    """A task that takes another share of the time than in the library's role."""

    task: str
    own: float
    library: float


class Benchmark(Value):
    """A role of the library beside one's own: the share of the time on the same tasks, and where they differ."""

    role: str
    title: str
    same: float
    differences: tuple[Difference, ...]


class UnknownDuty(Value):
    """A duty that is no known task. `expected`: what published ratings say of its wording, low to high; None where
    there is no basis either.
    """

    text: str
    share: float
    expected: tuple[float, float] | None


class AssessedDocument(Value):
    """The mapping, the assessment of its known part, and the nearest roles. `threshold`: of similarity."""

    title: str
    mapping: Mapping
    threshold: float
    unknown: tuple[UnknownDuty, ...]
    page: RolePage | None
    benchmarks: tuple[Benchmark, ...]


def assessed_document(title: str, mapping: Mapping, assessment: RoleAssessment | None) -> AssessedDocument:
    """The document; without an assessment nothing of it was known."""
    return AssessedDocument(
        title=title,
        mapping=mapping,
        threshold=THRESHOLD,
        unknown=tuple(_unknown(duty.text, duty.share) for duty in mapping.duties if not duty.tasks),
        page=None if assessment is None else to_page(assessment),
        benchmarks=tuple(
            Benchmark(
                role=role.id, title=role.title, same=round(same, 3), differences=_differences(mapping.shares, role)
            )
            for role, same in nearest_roles(mapping.shares)[:_MOST_ROLES]
            if same
        ),
    )


def _unknown(text: str, share: float) -> UnknownDuty:
    prior = shipped_prior().of_text(text)
    expected = None if prior is None else (round(prior.low, 2), round(prior.high, 2))
    return UnknownDuty(text=text, share=share, expected=expected)


def _differences(shares: dict[str, float], role: Role) -> tuple[Difference, ...]:
    listed = {task.id: task.share for task in role.tasks}
    found = [
        Difference(task=task, own=round(shares.get(task, 0.0), 3), library=listed.get(task, 0.0))
        for task in {**listed, **shares}
    ]
    worth = [each for each in found if abs(each.own - each.library) >= _LEAST_DIFFERENCE]
    return tuple(sorted(worth, key=lambda each: (-abs(each.own - each.library), each.task)))
