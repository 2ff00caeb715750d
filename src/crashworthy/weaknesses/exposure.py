"""Weaknesses by which secrets are shown, written down or kept where others read them."""

from crashworthy.core.weakness import Family, Severity, Weakness

_TASKS = ("security-implementation",)

PASSWORD_SHOWN = Weakness(
    id="password-shown",
    title="An answer shows a password or what is kept of it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=200,
    cost="Hashes that leave the service are guessed on another machine, and the passwords fit on other sites too.",
    tasks=_TASKS,
)

PASSWORD_IN_LOG = Weakness(
    id="password-in-log",
    title="A password is written to the log",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=532,
    cost="Logs are copied to more places than any database, kept for years, and read by people who need no password.",
    tasks=_TASKS,
)

PASSWORD_AT_REST = Weakness(
    id="password-at-rest",
    title="A password is kept so that whoever reads the database has it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=256,
    cost="One leaked backup, and all customers' passwords are known, here and wherever else they use them.",
    tasks=_TASKS,
)

TRACEBACK_SHOWN = Weakness(
    id="traceback-shown",
    title="An error shows the service's inside to whoever causes it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=489,
    cost="Debug pages hand out source, settings and paths with each error, and some run code that visitors type.",
    tasks=_TASKS,
)

WEAKNESSES = (PASSWORD_SHOWN, PASSWORD_IN_LOG, PASSWORD_AT_REST, TRACEBACK_SHOWN)
