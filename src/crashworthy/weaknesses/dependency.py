"""Weaknesses that show when something the service depends on is slow, wrong or gone."""

from crashworthy.core.weakness import Family, Severity, Weakness

HELD_BY_SLOW_DEPENDENCY = Weakness(
    id="held-by-slow-dependency",
    title="A slow dependency holds requests without a time limit",
    family=Family.DEPENDENCY,
    severity=Severity.MAJOR,
    cwe=1088,
    cost="One partner that stops answering takes the workers with it, and soon every page of the service.",
    tasks=("third-party-integration",),
)

WEAKNESSES = (HELD_BY_SLOW_DEPENDENCY,)
