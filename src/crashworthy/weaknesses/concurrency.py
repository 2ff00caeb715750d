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

CRASH_UNDER_CONCURRENCY = Weakness(
    id="crash-under-concurrency",
    title="Overlapping requests fail with a server error that no serial order gives",
    family=Family.CONCURRENCY,
    severity=Severity.MINOR,
    cwe=362,
    cost="Under load honest requests get a server error instead of an answer; clients retry, and do some things twice.",
    tasks=("endpoint-implementation", "database-queries"),
)

WEAKNESSES = (LOST_UPDATE, CRASH_UNDER_CONCURRENCY)
