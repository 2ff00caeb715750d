"""Weaknesses by which one cheap request costs the service much time or memory."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet

_TASKS = ("input-validation", "endpoint-implementation")
_UNDER_LOAD = (*_TASKS, "performance-optimisation")

COST_BY_NUMBER = Weakness(
    id="cost-by-number",
    title="A number in the request decides how much the service works",
    family=Family.RESOURCE,
    severity=Severity.MAJOR,
    cwe=770,
    cost="One digit more in a link keeps a processor busy for seconds, and a handful of such links stop everybody.",
    tasks=_UNDER_LOAD,
    proven_by=(
        "One request costs a second of CPU, 96 MiB of memory or 12 MiB of answer at a large number, several times "
        "less at a tenth of it, and next to nothing at 1, before and after. Time on the clock is not counted, nor "
        "is a number that is refused or whose cost ends to grow because it is clamped, or because no more is "
        "stored."
    ),
    mend=(
        "Bound every number that says how much, and refuse what is above with a 4xx. A default is no bound, and a "
        "bound at the edge (`Query(le=100)`) is read by callers as well. Where much is wanted, hand it out in pages "
        "after a key, or make it in a job that callers ask for. A low bound makes more requests: choose it by what "
        "one of them costs."
    ),
    references=(
        asvs("15.2.2"),
        Reference(
            title="OWASP API Security Top 10 2023, API4",
            url="https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        ),
    ),
)

EXPANDING_INPUT = Weakness(
    id="expanding-input",
    title="A small document of the request becomes hundreds of megabytes in memory",
    family=Family.RESOURCE,
    severity=Severity.MAJOR,
    cwe=409,
    cost="A file of some kilobytes, sent ten times at once, and the service is ended for taking all of the memory.",
    tasks=_TASKS,
    proven_by=(
        "While the service answers a zip file, image, XML document or compressed body of some kilobytes, the memory "
        "of its processes grows by 96 MiB and by twelve times more than for the good request and for a document of "
        "the same kind and size that stays as it is. What is refused by its announced size, or read in pieces, holds."
    ),
    mend=(
        "Look at the announced size before you unpack, and stop at a limit while you do. Announcements lie: read "
        "members of an archive in pieces (`archive.open`), give `zlib.decompressobj().decompress` a `max_length`, "
        "and compare `image.width * image.height` before anything decodes the pixels. Pillow only warns below 179 "
        "million pixels. Choose the limit by what so many requests at once may take together; large files that are "
        "wanted go to disk in pieces, which is slower."
    ),
    references=(asvs("5.2.3"), asvs("5.2.6")),
)

SLOW_PATTERN = Weakness(
    id="slow-pattern",
    title="A short text keeps a regular expression busy for seconds",
    family=Family.RESOURCE,
    severity=Severity.MAJOR,
    cwe=1333,
    cost="One field with forty letters and an exclamation mark, and the process answers nobody until it is restarted.",
    tasks=_UNDER_LOAD,
    proven_by=(
        "A text made for a pattern of the source costs a second of CPU in one input, at least twice as much per "
        "character as a slightly shorter one, and ten times more than a text of the same length that the pattern "
        "refuses at its first character. Where the request is the pattern, loops in it are counted instead. Time on "
        "the clock is not counted."
    ),
    mend=(
        "Write the pattern so that each text can be matched in one way only. Let each round of a loop begin with a "
        "character of its own (`\\w+( \\w+)*` instead of `(\\w+ ?)+`), or make loops possessive (`\\w++`, "
        "Python 3.11). Refuse what is longer than it can sensibly be before the pattern sees it. An engine without "
        "backtracking (`google-re2`, or `pattern=` of Pydantic) needs no such care, but knows no look-around."
    ),
    references=(asvs("1.3.12"), cheat_sheet("Input Validation")),
)

UNBOUNDED_BODY = Weakness(
    id="unbounded-body",
    title="A request's body may be of any length, and is kept in memory whole",
    family=Family.RESOURCE,
    severity=Severity.MINOR,
    cwe=770,
    cost="Ten requests of some megabytes, sent at once, and the service is ended for taking all of the memory.",
    tasks=_TASKS,
    proven_by=(
        "While the service answers a JSON body of 12 MiB, the memory of its processes grows by 120 MiB, and by twice "
        "as much as for one text of that length. What is refused by its announced length, or not read to its end, "
        "holds. A proxy in front of the service is not seen, so it is never more than minor."
    ),
    mend=(
        "Refuse bodies that are longer than any the service needs, by `Content-Length` and while they are read. Flask "
        "and Django have a setting (`MAX_CONTENT_LENGTH`, `DATA_UPLOAD_MAX_MEMORY_SIZE`), proxies too "
        "(`client_max_body_size`); Starlette needs a middleware. Operations that take files need a higher limit, and "
        "write them to disk in pieces."
    ),
    references=(
        asvs("5.2.1"),
        Reference(
            title="OWASP API Security Top 10 2023, API4",
            url="https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        ),
    ),
)

KEPT_UPLOAD = Weakness(
    id="kept-upload",
    title="Files that were deleted or refused stay on the disk for ever",
    family=Family.RESOURCE,
    severity=Severity.MINOR,
    cwe=459,
    cost="The disk fills with what nobody can see, and what a customer had deleted is still in the next backup.",
    tasks=_TASKS,
    proven_by=(
        "Three different files are uploaded and deleted again, or are refused; the service says so, answers with 404 "
        "for the objects, and two seconds later all three are among its files. Where the source removes files "
        "anywhere, or speaks of a trash, of versions, a quarantine or a cleaning job, it is told only."
    ),
    mend=(
        "Remove the file when its row is gone: after the commit, so that a rollback leaves no row without a file. Look "
        "at what was uploaded before it is kept, and write it to a temporary file until then. What fails in between is "
        "found by a job that compares files with rows; it needs an age below which it touches nothing."
    ),
    references=(asvs("5.2.4"), asvs("14.2.7")),
)

WEAKNESSES = (COST_BY_NUMBER, EXPANDING_INPUT, SLOW_PATTERN, UNBOUNDED_BODY, KEPT_UPLOAD)
