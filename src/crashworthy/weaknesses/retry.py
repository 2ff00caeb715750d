"""Weaknesses that show when a client sends a request again because its answer was lost."""

from crashworthy.core.weakness import Family, Severity, Weakness

DUPLICATE_EFFECT = Weakness(
    id="duplicate-effect",
    title="A request that is sent again takes effect again",
    family=Family.RETRY,
    severity=Severity.MAJOR,
    cwe=837,
    cost="Customers are charged, shipped to and mailed twice whenever an answer is lost and somebody tries again.",
    tasks=("endpoint-implementation", "third-party-integration"),
)

SWALLOWED_BY_KEY = Weakness(
    id="swallowed-by-key",
    title="A used idempotency key answers for another request",
    family=Family.RETRY,
    severity=Severity.MINOR,
    cwe=841,
    cost="A client is told that a purchase was made which never was, or is shown the answer to somebody else's.",
    tasks=("endpoint-implementation",),
)

WEAKNESSES = (DUPLICATE_EFFECT, SWALLOWED_BY_KEY)
