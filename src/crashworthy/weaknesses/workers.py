"""Weaknesses that show when several processes of the service run side by side."""

from crashworthy.core.weakness import Family, Severity, Weakness

KNOWN_TO_ONE_PROCESS = Weakness(
    id="known-to-one-process",
    title="What one process of the service is told, the others do not know",
    family=Family.WORKERS,
    severity=Severity.MAJOR,
    cwe=1250,
    cost="With a second worker every other request finds no login and no order, and each limit holds once per worker.",
    tasks=("endpoint-implementation",),
)

FAILED_START = Weakness(
    id="failed-start",
    title="Processes that start at the same time fail",
    family=Family.WORKERS,
    severity=Severity.MAJOR,
    cwe=362,
    cost="The first deployment with several workers dies half way, and so does each later one on an empty database.",
    tasks=("database-queries",),
)

WEAKNESSES = (KNOWN_TO_ONE_PROCESS, FAILED_START)
