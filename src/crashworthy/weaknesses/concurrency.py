"""Weaknesses that show when requests overlap in time."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import asvs

LOST_UPDATE = Weakness(
    id="lost-update",
    title="Concurrent requests overwrite each other's changes",
    family=Family.CONCURRENCY,
    severity=Severity.BLOCKER,
    cwe=362,
    cost="Stock is sold twice, balances are spent twice and counters drift, only under load and without an error.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "Requests sent together to a fresh copy end with more of them accepted than in any serial order, with a "
        "state that no serial order gives, or with one id given to two. Every order is played on fresh copies, what "
        "differs between equal plays is masked, and a refusal or a server error proves nothing here."
    ),
    mend=(
        "Make the check and the change one step of the database: `UPDATE items SET stock = stock - 1 WHERE stock > "
        "0`, or a unique constraint. Where the decision needs code, read the row under a lock that is held until "
        "the commit (`SELECT FOR UPDATE`, in SQLite `BEGIN IMMEDIATE`), or compare a version column and try again. "
        "A lock makes others wait and a version makes them repeat their work: take the version where conflicts are "
        "rare. A lock in the program protects one process only."
    ),
    references=(
        asvs("2.3.4"),
        asvs("15.4.2"),
    ),
)

CRASH_UNDER_CONCURRENCY = Weakness(
    id="crash-under-concurrency",
    title="Overlapping requests fail with a server error that no serial order gives",
    family=Family.CONCURRENCY,
    severity=Severity.MINOR,
    cwe=362,
    cost="Under load honest requests get a server error instead of an answer; clients retry, and do some things twice.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "Requests sent together get a server error, or end the process, at a line and with an exception that none "
        "of five or more plays of them one after another shows. A 503 that is said on purpose, and no answer at all "
        "under load, prove nothing."
    ),
    mend=(
        "Take a refusal of the database for an answer: catch the IntegrityError where the row is added and say 409, "
        "or insert with `ON CONFLICT`. Deadlocks and serialization failures are tried again from the transaction's "
        "beginning, a few times and after a pause. For SQLite set a `busy_timeout`, and begin writes with `BEGIN "
        "IMMEDIATE`. Name the exceptions that are meant: one `except` for everything hides the next fault."
    ),
    references=(asvs("15.4.2"),),
)

WEAKNESSES = (LOST_UPDATE, CRASH_UNDER_CONCURRENCY)
