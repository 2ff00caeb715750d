"""Weaknesses by which one cheap request costs the service much time or memory."""

from crashworthy.core.weakness import Family, Severity, Weakness

_TASKS = ("input-validation", "endpoint-implementation")

COST_BY_NUMBER = Weakness(
    id="cost-by-number",
    title="A number in the request decides how much the service works",
    family=Family.RESOURCE,
    severity=Severity.MAJOR,
    cwe=770,
    cost="One digit more in a link keeps a processor busy for seconds, and a handful of such links stop everybody.",
    tasks=_TASKS,
)

WEAKNESSES = (COST_BY_NUMBER,)
