"""Weaknesses by which somebody gets what belongs to another, or more rights than were given."""

from crashworthy.core.weakness import Family, Severity, Weakness

_TASKS = ("security-implementation", "endpoint-implementation")

OBJECT_OF_ANOTHER = Weakness(
    id="object-of-another",
    title="A caller reads or changes an object that belongs to somebody else",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=639,
    cost="Whoever counts an id up reads, cancels or deletes what others own, and the logs show valid requests.",
    tasks=_TASKS,
)

WEAKNESSES = (OBJECT_OF_ANOTHER,)
