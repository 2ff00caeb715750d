"""Weaknesses that show when something fails in the middle of a request."""

from crashworthy.core.weakness import Family, Severity, Weakness

HALF_DONE = Weakness(
    id="half-done",
    title="A failure in the middle leaves a request half done",
    family=Family.PARTIAL,
    severity=Severity.MAJOR,
    cwe=460,
    cost="Vouchers are used up without credit and money leaves one account and arrives at none, to be mended by hand.",
    tasks=("endpoint-implementation", "database-queries"),
)

UNRECORDED_CALL = Weakness(
    id="unrecorded-call",
    title="What another system did for a request is recorded nowhere when the request breaks off",
    family=Family.PARTIAL,
    severity=Severity.BLOCKER,
    cwe=755,
    cost="A card is charged and no order exists; the customer tries again, pays twice, and nobody can tell.",
    tasks=("third-party-integration", "database-queries"),
)

WEAKNESSES = (HALF_DONE, UNRECORDED_CALL)
