"""Weaknesses that show when something fails in the middle of a request."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs

HALF_DONE = Weakness(
    id="half-done",
    title="A failure in the middle leaves a request half done",
    family=Family.PARTIAL,
    severity=Severity.MAJOR,
    cwe=460,
    cost="Vouchers are used up without credit and money leaves one account and arrives at none, to be mended by hand.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "A request is broken off at one of its writes, by an error or a killed process, and what is read back, also "
        "later, is neither as before it nor as after it; or it is refused when it is sent again, also a day later by "
        "the process's clock, although nothing of it is there. Halves that the service has on record (a state that "
        "reads as unfinished, a row that is completed later) are not accused."
    ),
    mend=(
        "Do all changes of a request in one transaction, and commit once, at its end. A function that commits by "
        "itself cannot be part of another: hand the session on, and let who opened it commit. What cannot be part "
        "of a transaction (a mail, a file, a call) is written into an outbox table within it, and done by a worker; "
        "then it happens later, and sometimes twice. Long transactions hold locks: do slow work before they begin."
    ),
    references=(asvs("2.3.3"),),
)

UNRECORDED_CALL = Weakness(
    id="unrecorded-call",
    title="What another system did for a request is recorded nowhere when the request breaks off",
    family=Family.PARTIAL,
    severity=Severity.BLOCKER,
    cwe=755,
    cost="A card is charged and no order exists; the customer tries again, pays twice, and nobody can tell.",
    tasks=("third-party-integration", "database-queries"),
    proven_by=(
        "The process is killed, or the answer lost, after another system took a call that moves money or messages; "
        "nothing of the request can be read back, and sent again it makes the call again, or what it was for is "
        "cancelled without taking the call back. A record that was "
        "committed before the call, a key by which the other system knows the repetition, and a call that takes it "
        "back are excuses."
    ),
    mend=(
        "Commit what is about to happen before the call, as pending, and what came of it after. Send the record's "
        "id as the idempotency key, and let a job ask the other system about what stayed pending. Or write the call "
        "into an outbox within the transaction, and let a worker make it. Both give orders a state in between, "
        "which pages and reports have to show."
    ),
    references=(
        asvs("2.3.3"),
        Reference(title="Garcia-Molina and Salem: Sagas (SIGMOD 1987)", url="https://doi.org/10.1145/38713.38742"),
    ),
)

WEAKNESSES = (HALF_DONE, UNRECORDED_CALL)
