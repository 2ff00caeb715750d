"""Weaknesses that show when several processes of the service run side by side."""

from crashworthy.core.weakness import Family, Severity, Weakness

KNOWN_TO_ONE_PROCESS = Weakness(
    id="known-to-one-process",
    title="What one process of the service is told, the others do not know",
    family=Family.WORKERS,
    severity=Severity.MAJOR,
    cwe=1250,
    cost="With a second worker every other request finds no login and no order, and each limit holds once per worker.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "Two processes work on the same files and databases. The second refuses what the first accepts twice, or what "
        "it did is not seen from the first, nor seconds later, or a limit holds for each by itself. Where one process "
        "is declared this is a suspicion, as is a cache that was filled before and lasts."
    ),
    mend=(
        "Keep logins, limits and objects where every process finds them: in the database, in Redis, or in signed "
        "cookies with a key that the deployment gives. What stays in memory is a cache, short and safe to lose. Each "
        "lookup then costs a query, far below the time of a request. One worker, said in the start command, is "
        "a mend too, until the second machine."
    ),
)

FAILED_START = Weakness(
    id="failed-start",
    title="Processes that start at the same time fail",
    family=Family.WORKERS,
    severity=Severity.MAJOR,
    cwe=362,
    cost="The first deployment with several workers dies half way, and so does each later one on an empty database.",
    tasks=("database-queries",),
    proven_by=(
        "Several processes start at the same time on the files of the first start of all, and some end with an error, "
        "though none does when they start one after the other. They are let meet before what each first writes. A port "
        "or memory that they compete for on one machine does not count. Where one process is declared this is a "
        "suspicion."
    ),
    mend=(
        "Make tables and first rows in a step of the deployment that runs once, before any worker starts. Where the "
        "service must do it by itself, put an advisory lock around the whole of it, which costs each start a moment. "
        "`ON CONFLICT DO NOTHING` lets one insert win; `CREATE TABLE IF NOT EXISTS` does so on SQLite, and on "
        "PostgreSQL only nearly."
    ),
)

WEAKNESSES = (KNOWN_TO_ONE_PROCESS, FAILED_START)
