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

KNOWN_CREDENTIAL = Weakness(
    id="known-credential",
    title="A password or key that stands in the source opens the service",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=798,
    cost="Whoever has read the repository, or tries the usual defaults, is an administrator of every installation.",
    tasks=_TASKS,
)

FORGEABLE_TOKEN = Weakness(
    id="forgeable-token",
    title="Callers can sign tokens themselves and be anybody",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=347,
    cost="With a key that can be guessed, or none, anybody writes a token for any account, administrators included.",
    tasks=_TASKS,
)

TOKEN_AFTER_LOGOUT = Weakness(
    id="token-after-logout",
    title="A token still opens the account after its owner has logged out",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=613,
    cost="A token that leaked stays good: its owner cannot take it back, and logs out believing to have done so.",
    tasks=_TASKS,
)

USER_ENUMERATION = Weakness(
    id="user-enumeration",
    title="The login tells which accounts exist",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=204,
    cost="Leaked addresses are sorted into customers and others, and passwords are then tried on customers only.",
    tasks=_TASKS,
)

UNLIMITED_GUESSING = Weakness(
    id="unlimited-guessing",
    title="Passwords can be guessed as fast as the login answers",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=307,
    cost="Passwords of other sites are tried on each account in turn, and nothing slows that down or tells of it.",
    tasks=_TASKS,
)

MASS_ASSIGNMENT = Weakness(
    id="mass-assignment",
    title="Callers set fields that are not theirs to set",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=915,
    cost="One more field in a sign-up makes an administrator, and one in an order makes it paid.",
    tasks=_TASKS,
)

RIGHT_NOT_CHECKED = Weakness(
    id="right-not-checked",
    title="A caller without the right does what is kept for administrators",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=285,
    cost="One forgotten check among many: any customer deletes products, sets prices or reads what staff reads.",
    tasks=_TASKS,
)

WEAKNESSES = (
    OBJECT_OF_ANOTHER,
    KNOWN_CREDENTIAL,
    FORGEABLE_TOKEN,
    TOKEN_AFTER_LOGOUT,
    USER_ENUMERATION,
    UNLIMITED_GUESSING,
    MASS_ASSIGNMENT,
    RIGHT_NOT_CHECKED,
)
