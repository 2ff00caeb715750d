"""Weaknesses by which somebody gets what belongs to another, or more rights than were given."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs

_TASKS = ("security-implementation", "endpoint-implementation")

OBJECT_OF_ANOTHER = Weakness(
    id="object-of-another",
    title="A caller reads or changes an object that belongs to somebody else",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=639,
    cost="Whoever counts an id up reads, cancels or deletes what others own, and the logs show valid requests.",
    tasks=_TASKS,
    proven_by=(
        "A makes an object; B, a second plain account, or nobody has success with it, and A's own reading then "
        "shows it changed or gone, or the answer shows what the service elsewhere keeps for A (by a refusal, or by "
        "a list that shows it to A alone, under an id that can be counted up). What everybody may read or edit, "
        "what others are meant to do with it (like, bid, pay), and a service that knows no identities are told at "
        "most."
    ),
    mend=(
        "Ask for the object and its owner in one query, and answer 404 where it finds nothing. Do it in one place "
        "that every handler has to pass, such as a scoped query set, or row-level security in PostgreSQL: a check "
        "that each handler writes for itself is forgotten in the next one. Random ids slow counting down, and are "
        "no check. Objects that are shared need a table of who may do what, which is one query more."
    ),
    references=(
        asvs("8.2.2"),
        Reference(
            title="OWASP API Security Top 10 2023, API1",
            url="https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        ),
    ),
)

MASS_ASSIGNMENT = Weakness(
    id="mass-assignment",
    title="Callers set fields that are not theirs to set",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=915,
    cost="One more field in a sign-up makes an administrator, and one in an order makes it paid.",
    tasks=_TASKS,
    proven_by=(
        "A field that the service shows of the object, and that neither its description nor its source asks for, is "
        "sent along, and another request reads it back as it was sent, where without it it has another value: a "
        'right or a role, and on accounts money or a mark such as "verified". An answer that only repeats what '
        "was sent proves nothing."
    ),
    mend=(
        "Take by name what callers may set: a model of the request that has no other fields, or a list. A model for "
        "the input, one for the row and one for the answer is repetition that pays. Never spread a body over a "
        "model (`Model(**body)`, `setattr`, Django's `fields = '__all__'`). To refuse unknown fields tells clients "
        "early, and breaks those that send too much."
    ),
    references=(
        asvs("15.3.3"),
        asvs("8.2.3"),
    ),
)

RIGHT_NOT_CHECKED = Weakness(
    id="right-not-checked",
    title="A caller without the right does what is kept for administrators",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=285,
    cost="One forgotten check among many: any customer deletes products, sets prices or reads what staff reads.",
    tasks=_TASKS,
    proven_by=(
        "A plain account, or nobody, does what the same caller is refused at a sibling with 401 or 403 in the same "
        "play: deletes or replaces what only an administrator can make (a reading shows it), or is let in at one "
        'operation under a path that says "admin" and not at another. Logins, first set-ups and users\' own part '
        "in an administrator's object do not count, and of a plain account's changes only that of a price does."
    ),
    mend=(
        "Refuse by default: ask for the right where routes are grouped (a router's dependencies, a blueprint's "
        "`before_request`), not in each handler. Then an operation that is open has to say so, and a forgotten one "
        "is closed. Keep who may do what in one table, and test every operation as every role. Each new route needs "
        "a decision, which is the point."
    ),
    references=(
        asvs("8.2.1"),
        asvs("8.3.1"),
    ),
)

WEAKNESSES = (
    OBJECT_OF_ANOTHER,
    MASS_ASSIGNMENT,
    RIGHT_NOT_CHECKED,
)
