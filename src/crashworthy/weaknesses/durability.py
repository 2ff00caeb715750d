"""Weaknesses that show when the service's process ends, starts again, or is not the only one."""

from crashworthy.core.weakness import Family, Severity, Weakness

LOST_AT_RESTART = Weakness(
    id="lost-at-restart",
    title="What was acknowledged is gone after a restart",
    family=Family.DURABILITY,
    severity=Severity.BLOCKER,
    cost="Each deployment and each crash loses orders whose customers were told that all is well.",
    tasks=("endpoint-implementation", "database-queries"),
)

TORN_FILE = Weakness(
    id="torn-file",
    title="A process that ends while it writes a file loses what the file held",
    family=Family.DURABILITY,
    severity=Severity.BLOCKER,
    cost="One crash at the wrong moment empties the store of all that was ever saved, or keeps it from starting.",
    tasks=("endpoint-implementation",),
)

WEAKNESSES = (LOST_AT_RESTART, TORN_FILE)
