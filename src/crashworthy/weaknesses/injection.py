"""Weaknesses that let text of a request be read as something else than data."""

from crashworthy.core.weakness import Family, Severity, Weakness

_TASKS = ("input-validation", "security-implementation")

SQL_INJECTION = Weakness(
    id="sql-injection",
    title="Input becomes part of the grammar of an SQL statement",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=89,
    cost="Anybody who can send the request reads, changes and deletes whatever the service's database user may.",
    tasks=("database-queries", *_TASKS),
)

COMMAND_INJECTION = Weakness(
    id="command-injection",
    title="Input becomes part of a shell's command",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=78,
    cost="Whoever sends the request runs programs on the machine, reads its secrets and goes on from there.",
    tasks=_TASKS,
)

ARGUMENT_INJECTION = Weakness(
    id="argument-injection",
    title="Input becomes an option of a program that the service starts",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=88,
    cost="Programs such as git, tar, curl and find have options that write files or run other programs.",
    tasks=_TASKS,
)

CODE_INJECTION = Weakness(
    id="code-injection",
    title="Input is executed as Python code",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=95,
    cost="Whoever sends the request is the service: its secrets, its database and its network are theirs.",
    tasks=_TASKS,
)

TEMPLATE_INJECTION = Weakness(
    id="template-injection",
    title="Input becomes part of a template's source",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=1336,
    cost="An expression in the template reaches the service's configuration and, in Jinja, its interpreter.",
    tasks=_TASKS,
)

PATH_TRAVERSAL = Weakness(
    id="path-traversal",
    title="Input leads to a file outside of the folder that it is meant for",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=22,
    cost="Configuration, keys and other customers' files are read, or the service's own code is overwritten.",
    tasks=_TASKS,
)

REQUEST_FORGERY = Weakness(
    id="request-forgery",
    title="Input makes the service call addresses of its own machine or network",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=918,
    cost="Internal services that trust the network, and a cloud's metadata with its keys, answer to a stranger.",
    tasks=("third-party-integration", *_TASKS),
)

UNSAFE_DESERIALISATION = Weakness(
    id="unsafe-deserialisation",
    title="A document of the request chooses the classes of the objects made of it",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=502,
    cost="Making an object calls what the document names: one request runs any code inside the service.",
    tasks=_TASKS,
)

HEADER_INJECTION = Weakness(
    id="header-injection",
    title="A line break in the input begins a header of its own in the answer",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=113,
    cost="A link sets cookies in a victim's browser or poisons what a cache keeps for everybody.",
    tasks=_TASKS,
)

MAIL_HEADER_INJECTION = Weakness(
    id="mail-header-injection",
    title="A line break in the input begins a header of its own in a mail",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=93,
    cost="Strangers send mail in the service's name, until its domain is on every block list.",
    tasks=("third-party-integration", *_TASKS),
)

PROMPT_INJECTION = Weakness(
    id="prompt-injection",
    title="Input becomes part of a language model's instructions",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=1427,
    cost="Users rewrite what the model was told: it gives away its instructions, other users' data, or free money.",
    tasks=("ai-model-integration", *_TASKS),
)

LOG_FORGING = Weakness(
    id="log-forging",
    title="A line break in the input begins a line of its own in the log",
    family=Family.INJECTION,
    severity=Severity.MINOR,
    cwe=117,
    cost="After an incident nobody can say which lines of the log are true.",
    tasks=_TASKS,
)

WEAKNESSES = (
    SQL_INJECTION,
    COMMAND_INJECTION,
    CODE_INJECTION,
    TEMPLATE_INJECTION,
    PATH_TRAVERSAL,
    REQUEST_FORGERY,
    UNSAFE_DESERIALISATION,
    ARGUMENT_INJECTION,
    HEADER_INJECTION,
    MAIL_HEADER_INJECTION,
    PROMPT_INJECTION,
    LOG_FORGING,
)
