"""Weaknesses that show on input that the author did not think of."""

from crashworthy.core.weakness import Family, Severity, Weakness

CRASH_ON_INPUT = Weakness(
    id="crash-on-input",
    title="An input makes the handler fail with a server error",
    family=Family.INPUT,
    severity=Severity.MINOR,
    cwe=248,
    cost="Clients see a server error and retry, alerts ring, and real failures drown among them.",
    tasks=("endpoint-implementation", "input-validation"),
)

WEDGED_BY_ONE_REQUEST = Weakness(
    id="wedged-by-one-request",
    title="After one request, valid requests that worked before fail",
    family=Family.INPUT,
    severity=Severity.BLOCKER,
    cwe=404,
    cost="Anybody can take the service down with one request, and it stays down until somebody restarts it.",
    tasks=("endpoint-implementation", "database-queries"),
)

WEAKNESSES = (CRASH_ON_INPUT, WEDGED_BY_ONE_REQUEST)
