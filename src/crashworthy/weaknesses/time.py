"""Weaknesses that show on some days, at some hours, and in some time zones."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import rfc

CALENDAR_CRASH = Weakness(
    id="calendar-crash",
    title="A request fails on some days of the calendar",
    family=Family.TIME,
    severity=Severity.MAJOR,
    cwe=682,
    cost="On the last day of a month, in December or every four years nobody can order, with code that nobody touched.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "With the clock of the service's process set to the last of January, December or 29 February, a request is "
        "answered with a server error out of the service's own code, that succeeds as it is on an ordinary day close "
        "by. Clocks of databases are not set, so what only they compute does not count."
    ),
    mend=(
        "Add months and years with a calendar library (`dateutil.relativedelta`), or days with `timedelta`. "
        "`replace(year=...)` and `replace(month=...)` raise where the target has no such day. Say in the contract what "
        "a month after the 31st is. The library is one dependency more, and slower by microseconds."
    ),
)

OFFSET_IGNORED = Weakness(
    id="offset-ignored",
    title="A deadline passes hours early or late because its time zone is dropped",
    family=Family.TIME,
    severity=Severity.MAJOR,
    cwe=704,
    cost="Coupons, holds and offers end hours early for customers east or west of the server, or hours too late.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "One instant is given as a deadline in two notations, with offset +00:00 and with another one, and both are "
        "accepted. In the first notation the deadline holds, for an instant ahead and for one that has passed; in the "
        "other it does not."
    ),
    mend=(
        "Convert to UTC where the value comes in (`value.astimezone(UTC)`), and refuse values without an offset. Keep "
        "it in a column that keeps the zone, or in UTC by a type of your own: SQLite and plain `DateTime` columns drop "
        "the offset without a word. Compare aware values only. A conversion costs nothing; the rows that are there "
        "already need a decision."
    ),
    references=(rfc(3339, "4.1"),),
)

EXPIRY_NOT_KEPT = Weakness(
    id="expiry-not-kept",
    title="What an answer says is good for a time is not refused after it, or is refused before",
    family=Family.TIME,
    severity=Severity.MAJOR,
    cwe=613,
    cost="A token from a lost phone or an old log opens the account for ever, whatever the contract says.",
    tasks=("security-implementation", "endpoint-implementation"),
    proven_by=(
        "An answer names how long a token is good. With it a request succeeds and with another value it is refused; "
        "with the clock of the service's process set hours past the end it succeeds all the same, or it is refused "
        "minutes after the beginning. Where a database, a cache or a running timer keeps the time, nothing is "
        "judged."
    ),
    mend=(
        "Check the end where the token is checked, in the same place and by the same clock that set it. Libraries "
        "for tokens do so unless they are told not to (`verify_exp`). For tokens in a table, put `expires_at > ?` "
        "into the statement that finds them, and delete what has ended by a job. Each check costs a comparison."
    ),
    references=(rfc(6749, "5.1"), rfc(7519, "4.1.4")),
)

HOLD_WITHOUT_END = Weakness(
    id="hold-without-end",
    title="What is held for a time stays held after it",
    family=Family.TIME,
    severity=Severity.MAJOR,
    cwe=772,
    cost="Carts that were left at the till keep seats that nobody can buy, until somebody edits the database.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "The answer to A's hold names its end. B is refused the same thing meanwhile, and is refused it as well with "
        "the clock of the service's process set far past that end, while B gets it at both times where nobody holds "
        "it. Or A's hold lowers a number of what is left, which is as much lower still after that end, when one more "
        "was asked for; where no end is named and nothing is paid, that is shown as a suspicion. "
        "Where a job, a timer, a cache or the database by its own clock may free it, nothing is judged; where a "
        "function of the service sounds like that, it is shown as a suspicion."
    ),
    mend=(
        "Let a hold count only while it lasts, wherever it is asked for: `WHERE expires_at > ?` in the statement that "
        "looks whether something is free, and in the one that takes it. A unique index over holds knows no time: "
        "delete what has ended in the same transaction before the insert. A job that tidies up keeps the table small, "
        "and must not be what decides."
    ),
)

LOCAL_TIME = Weakness(
    id="local-time",
    title="A time limit is hours off on servers whose clock is not on UTC",
    family=Family.TIME,
    severity=Severity.MINOR,
    cwe=682,
    cost="In one data centre logins end at once, in another they last all day, and once a year an hour is lost or won.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "What an answer says is good for a time is accepted before its end and refused after it, with the process "
        "in UTC, also at the same hour of the day; with `TZ` set to a zone far away, or over a clock change, the "
        "same request is refused while it is good, or accepted after its end."
    ),
    mend=(
        "Take all times as `datetime.now(UTC)`, or as seconds since the epoch, and compare only such. "
        "`datetime.now()` and `datetime.utcnow()` know no zone: mixed they are hours apart, and the local one jumps "
        "twice a year. Run services with `TZ=UTC` besides. Rows that hold local times want a migration."
    ),
)

WEAKNESSES = (CALENDAR_CRASH, OFFSET_IGNORED, EXPIRY_NOT_KEPT, HOLD_WITHOUT_END, LOCAL_TIME)
