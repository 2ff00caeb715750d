"""Weaknesses that show when what was acknowledged is read back."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import rfc

UNSTORED_CHANGE = Weakness(
    id="unstored-change",
    title="An answer says that something was changed, and it was not",
    family=Family.READBACK,
    severity=Severity.MAJOR,
    cwe=393,
    cost="An address is corrected and confirmed, and the parcel goes to the old one; nobody can tell when it was lost.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "The answer to a change repeats the new value with a 2xx other than 202, and a read of the very object shows "
        "the old one, twice and seconds later. Values that are stored in another form, and answers that speak of a "
        "draft or a pending change, do not count."
    ),
    mend=(
        "Answer with what was read back from the store, not with what came in. Commit before you answer, and let the "
        "number of changed rows decide between 200 and 404. A field that cannot be changed is refused, or left out of "
        "the answer. The read costs one query by key, or nothing with `RETURNING`."
    ),
)

STALE_ANSWER = Weakness(
    id="stale-answer",
    title="What was changed or deleted is still served to who read it before",
    family=Family.READBACK,
    severity=Severity.MAJOR,
    cost="A client that saves sees its old data and saves again; what was deleted or withdrawn stays visible.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "The same change is played with a read of the object before it and without: without, the change is read back "
        "at once; with, the object is read as it was, also seconds later. An answer that allows to be kept "
        "(`Cache-Control: max-age`) does not count, and of other answers than the object's own it is a suspicion."
    ),
    mend=(
        "Drop what is kept of an object in the request that changes it, after the commit. Give what is kept a short "
        "end besides, and say it in `Cache-Control`. Where several processes serve, keep it in one place for all of "
        "them. Each change then costs the next reader one query."
    ),
    references=(rfc(9111, "4.4"),),
)

ANSWER_OF_ANOTHER = Weakness(
    id="answer-of-another",
    title="A user is answered with what another user has just read",
    family=Family.READBACK,
    severity=Severity.BLOCKER,
    cwe=488,
    cost="Customers see each other's orders and addresses as soon as two of them are there: a breach to be reported.",
    tasks=("endpoint-implementation", "security-implementation"),
    proven_by=(
        "Two users read the same address. Alone, the second is answered with what is the second's own, twice; after "
        "the first has read it, the second gets the first one's answer, byte for byte."
    ),
    mend=(
        "Put who asks into the key under which an answer is kept. Best keep no answers that depend on the user, and "
        "say `Cache-Control: private` or `Vary: Authorization, Cookie` to those on the way. Keep the data beneath "
        "instead, by the object's own key. More is kept then, so bound the size."
    ),
    references=(rfc(9111, "3.5"),),
)

LOST_ON_PAGES = Weakness(
    id="lost-on-pages",
    title="A list that is read page by page lacks items or repeats them",
    family=Family.READBACK,
    severity=Severity.MAJOR,
    cwe=193,
    cost="An export, a sync or a customer's list of orders never shows the last one, or counts one twice.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "Five items are made and the list is read two by two, from the page with which the service itself begins "
        "to the last; while nobody writes, an item that the list as a whole shows is on no page, or on two. Where the "
        "service hands out cursors, also when another item is added or deleted after the first page. That pages by "
        "number or offset repeat and skip items then is shown as a suspicion."
    ),
    mend=(
        "Order by something that no two items share, such as `(created_at, id)`, and begin each page after the last "
        "item of the one before (`WHERE (created_at, id) > (?, ?)`). Where pages have numbers, round their count up, "
        "and count from the same number in `OFFSET` and in the contract. Pages after a key cannot be jumped to."
    ),
    references=(
        Reference(
            title="Winand: We need tool support for keyset pagination", url="https://use-the-index-luke.com/no-offset"
        ),
    ),
)

WEAKNESSES = (UNSTORED_CHANGE, STALE_ANSWER, ANSWER_OF_ANOTHER, LOST_ON_PAGES)
