"""Weaknesses that show when the service's process ends, starts again, or is not the only one."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import rfc

LOST_AT_RESTART = Weakness(
    id="lost-at-restart",
    title="What was acknowledged is gone after a restart",
    family=Family.DURABILITY,
    severity=Severity.BLOCKER,
    cost="Each deployment and each crash loses orders whose customers were told that all is well.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "After requests were acknowledged the process is killed or told to stop and started again on what it left: "
        "what they did is gone, also seconds later, and what was there before them is not. A service that keeps "
        "nothing over a restart does so by design, which is told; after a 202 a kill alone is no more than a "
        "suspicion."
    ),
    mend=(
        "Commit before you answer; where the work comes later, commit a record of it and answer 202. Queues in "
        "memory and background tasks hold only what may be lost: what was promised goes into a table or a durable "
        "queue, and is taken up again at the start. On SIGTERM take no new requests, and finish those that are "
        "under way. A commit per request costs a write to the disk: put several together where that is too slow."
    ),
    references=(rfc(9110, "15.3.3"),),
)

TORN_FILE = Weakness(
    id="torn-file",
    title="A process that ends while it writes a file loses what the file held",
    family=Family.DURABILITY,
    severity=Severity.BLOCKER,
    cost="One crash at the wrong moment empties the store of all that was ever saved, or keeps it from starting.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "The process is killed after it opened a file to write it anew, which empties the file; started again, it "
        "does not start, or does not have what the file held before. What the broken request itself was to add may "
        "be lost."
    ),
    mend=(
        "Write a new file beside the old one, flush it to the disk (`os.fsync`), and give it the old one's name by "
        "`os.replace`. Readers then see the one or the other, and no half. Let one writer at a time read, change "
        "and write. As soon as there is a second kind of thing to keep, a database (SQLite is one file) costs less "
        "than all this."
    ),
    references=(
        Reference(
            title="Pillai et al.: All File Systems Are Not Created Equal (OSDI 2014)",
            url="https://www.usenix.org/conference/osdi14/technical-sessions/presentation/pillai",
        ),
    ),
)

CUT_OFF_AT_STOP = Weakness(
    id="cut-off-at-stop",
    title="Requests that are under way are cut off when the service is told to stop",
    family=Family.DURABILITY,
    severity=Severity.MINOR,
    cost="At each deployment some customers get an error in the middle of a payment, and try it once more.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "The service handles SIGTERM itself. While a request rests inside of it the signal is sent, and the process "
        "ends without an answer to that request, which is answered where no signal comes. Where the server of the "
        "declared command does that by itself, as Flask's and Django's development servers do, it is suspected."
    ),
    mend=(
        "Leave SIGTERM to the server: uvicorn, gunicorn and hypercorn take no new requests then and finish what they "
        "have begun. Tidy up where they say that they have stopped (a lifespan's end, `atexit`). A handler of your own "
        "should only take a note that others look at. Whoever stops the service has to wait as long as the longest "
        "request may take."
    ),
    references=(Reference(title="The Twelve-Factor App, IX. Disposability", url="https://12factor.net/disposability"),),
)

LEFT_LOCKED = Weakness(
    id="left-locked",
    title="What a request holds when it breaks off is held for ever",
    family=Family.DURABILITY,
    severity=Severity.MAJOR,
    cwe=772,
    cost="One crash in the middle, and an order, an account or the nightly job is busy until somebody edits the data.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "The process is killed between two lasting steps of a request and started again. A day later by its clock "
        "the same request is refused, though it is accepted then after one that was finished, and where there was "
        "none before; or no new process starts, though one does after a kill between "
        "two requests. Where something else may tidy up (a job, a timer, another clock) it is suspected at most."
    ),
    mend=(
        "Use locks that end with their holder: a row lock within one transaction, `pg_advisory_lock`, `fcntl.flock`. "
        "What has to outlive a transaction gets a time at which anybody may take it over (`busy_until`), and is "
        "compared by the database's clock. A flag or a file that says busy does not say that its owner died: at the "
        "start, or in a job, take back what nobody works on. A lease that is too short lets two work at once: "
        "extend it meanwhile."
    ),
    references=(Reference(title="Gray and Cheriton: Leases (SOSP 1989)", url="https://doi.org/10.1145/74850.74870"),),
)

HALF_MADE = Weakness(
    id="half-made",
    title="A first start that breaks off leaves tables with which the service never works",
    family=Family.DURABILITY,
    severity=Severity.MAJOR,
    cwe=460,
    cost="A deployment that is restarted at the wrong moment finds a database that looks ready, and is not.",
    tasks=("database-queries",),
    proven_by=(
        "The first start of all is killed before one of its writes. On what it leaves no new process starts, though "
        "one does after a start that was not broken off; or requests that are answered after that one end in a "
        "server error. A start that asks what is there, and makes what is missing, is no fault."
    ),
    mend=(
        "Make the schema in one transaction, or by steps that can all be made again: `CREATE TABLE IF NOT EXISTS`, "
        "`ON CONFLICT DO NOTHING`. That the database's file exists does not say that it is complete; keep a version in "
        "it that the last step writes. Python's sqlite3 commits each `CREATE` by itself unless `BEGIN` came before; "
        "MySQL always does, so that migrations there have to be made to go on."
    ),
    references=(Reference(title="SQLite: PRAGMA user_version", url="https://www.sqlite.org/pragma.html"),),
)

WEAKNESSES = (HALF_MADE, LOST_AT_RESTART, TORN_FILE, CUT_OFF_AT_STOP, LEFT_LOCKED)
