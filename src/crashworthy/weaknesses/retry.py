"""Weaknesses that show when a client sends a request again because its answer was lost."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import IDEMPOTENCY_KEY, rfc

DUPLICATE_EFFECT = Weakness(
    id="duplicate-effect",
    title="A request that is sent again takes effect again",
    family=Family.RETRY,
    severity=Severity.MAJOR,
    cwe=837,
    cost="Customers are charged, shipped to and mailed twice whenever an answer is lost and somebody tries again.",
    tasks=("endpoint-implementation", "third-party-integration"),
    proven_by=(
        "A request that is sent again (after its answer, at the same time, after a lost connection or a killed "
        "process) takes effect again, although once was promised: by `idempotent` in crashworthy.toml, by an "
        "idempotency header that it takes, or by HTTP for PUT and DELETE. Without a promise it is a suspicion; "
        "counters, logs and versions are no effect."
    ),
    mend=(
        "Keep the client's idempotency key in the effect's own transaction, under a unique constraint, and answer "
        "the second request as the first. Send a key of your own with calls that move money or messages, so that "
        "the other side knows the repetition, too. Where there is no key let the change say it: `UPDATE orders SET "
        "state = 'paid' WHERE state = 'open'`. Keys have to be kept for as long as clients may try again, and then "
        "be deleted."
    ),
    references=(rfc(9110, "9.2.2"), IDEMPOTENCY_KEY),
)

SWALLOWED_BY_KEY = Weakness(
    id="swallowed-by-key",
    title="A used idempotency key answers for another request",
    family=Family.RETRY,
    severity=Severity.MINOR,
    cwe=841,
    cost="A client is told that a purchase was made which never was, or is shown the answer to somebody else's.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "Under a key that was used, a request with another body, or of another client whom the service can tell "
        "apart, gets a 2xx and takes no effect, where it does under a key of its own. A refusal (409 or 422) is "
        "right. A 2xx for the same request that was refused before, because a dependency declined, is suspected."
    ),
    mend=(
        "Look keys up by the caller and the key, keep a hash of the request beside the answer, and refuse another "
        "request under the same key with 422. Keep the key from the request's beginning, so that a second one "
        "meanwhile gets a 409. Answers that are kept may be personal: delete them with the key, after a day or so."
    ),
    references=(IDEMPOTENCY_KEY,),
)

WEAKNESSES = (DUPLICATE_EFFECT, SWALLOWED_BY_KEY)
