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

WEAKNESSES = (CALENDAR_CRASH, OFFSET_IGNORED)
