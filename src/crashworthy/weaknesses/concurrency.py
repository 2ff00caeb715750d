"""Weaknesses that show when requests overlap in time."""

from crashworthy.core.weakness import Family, Severity, Weakness

LOST_UPDATE = Weakness(
    id="lost-update",
    title="Concurrent requests overwrite each other's changes",
    family=Family.CONCURRENCY,
    severity=Severity.BLOCKER,
    cwe=362,
    cost="Stock is sold twice, balances are spent twice and counters drift, only under load and without an error.",
    tasks=("endpoint-implementation", "database-queries"),
)

WEAKNESSES = (LOST_UPDATE,)
