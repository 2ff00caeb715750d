"""Weaknesses that let text of a request be read as something else than data."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet, rfc

_TASKS = ("input-validation", "security-implementation")

SQL_INJECTION = Weakness(
    id="sql-injection",
    title="Input becomes part of the grammar of an SQL statement",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=89,
    cost="Anybody who can send the request reads, changes and deletes whatever the service's database user may.",
    tasks=("database-queries", *_TASKS),
    proven_by=(
        "The driver is given a statement in which a parenthesis of ours, beside a marker that occurs nowhere else, "
        "stands outside of any literal, quoted identifier or comment. A status, an error message or a length proves "
        "nothing, nor does a bare name where a column may be chosen, nor a console that is meant for whole "
        "statements."
    ),
    mend=(
        "Bind values as parameters, and choose names of columns and tables from a list of your own. The values go "
        "beside the statement (`execute(statement, values)`), never into it by `%`, `+` or an f-string. Query "
        "builders do this by themselves; their `text()`, `raw()` and `extra()` do not. Escaping by hand holds for "
        "one dialect and one encoding. A database user with few rights bounds what is left."
    ),
    references=(
        asvs("1.2.4"),
        cheat_sheet("Query Parameterization"),
    ),
)

OPERATOR_INJECTION = Weakness(
    id="operator-injection",
    title="Input becomes an operator of a query for documents",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=943,
    cost='A login with `{"$ne": ""}` as its password is let in, as the first account that the database finds.',
    tasks=_TASKS,
    proven_by=(
        "An object with an operator, sent in place of a text or number of the JSON body, reaches the filter that a "
        "client of MongoDB is given, where a field's value stands. Behind `$eq`, in what is inserted, and as text it "
        "is a value like any other."
    ),
    mend=(
        "Refuse input that is not of the type that the query compares with, before it gets into a filter: `str` in a "
        'Pydantic model, or `isinstance`. `{"$eq": value}` compares any value as it is. Compare passwords by their '
        "hash, in Python, never in the filter. Conversions such as `str(value)` are safe as well, and hide the "
        "mistake from who made it."
    ),
    references=(asvs("1.2.4"), cheat_sheet("Injection Prevention")),
)

DIRECTORY_INJECTION = Weakness(
    id="directory-injection",
    title="Input becomes a condition of a query for a directory",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=90,
    cost="A name with a parenthesis logs in as the first person whom the directory finds.",
    tasks=_TASKS,
    proven_by=(
        "A parenthesis that was sent, and a marked condition behind it, stand unescaped in the filter that a client "
        "of LDAP is given."
    ),
    mend=(
        "Escape each value that goes into a filter: `ldap3.utils.conv.escape_filter_chars`, or "
        "`ldap.filter.escape_filter_chars`. Names that become part of a distinguished name need another escape "
        "(`escape_rdn`). Where names have a fixed form, refuse all others first."
    ),
    references=(asvs("1.2.6"), rfc(4515, "3")),
)

COMMAND_INJECTION = Weakness(
    id="command-injection",
    title="Input becomes part of a shell's command",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=78,
    cost="Whoever sends the request runs programs on the machine, reads its secrets and goes on from there.",
    tasks=_TASKS,
    proven_by=(
        "A shell is given a text in which a separator or substitution of ours stands where a shell reads it as "
        "such, or the program that is started is our marker. Inside of quotes, and as one argument of a program "
        "that is started without a shell, it is data."
    ),
    mend=(
        "Start programs without a shell, with a list of arguments: `subprocess.run([program, '--', value])`. Often "
        "a library does the same without any program. Where a shell's pipes are needed, connect two processes, or "
        "put each value through `shlex.quote`, which is right for POSIX shells only. Check what the value has to be "
        "(a host name, a number), and bound the program's time."
    ),
    references=(asvs("1.2.5"),),
)

ARGUMENT_INJECTION = Weakness(
    id="argument-injection",
    title="Input becomes an option of a program that the service starts",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=88,
    cost="Programs such as git, tar, curl and find have options that write files or run other programs.",
    tasks=_TASKS,
    proven_by=(
        "A program is started with an option of ours as an argument, before any `--` and not as another option's "
        "value. Programs that take any text (`echo`), and those that start other programs, are left out."
    ),
    mend=(
        "Put `--` before values from outside: what follows it is no option. Where a program does not know it, "
        "refuse values that begin with a hyphen, write `./` before the names of files, or give values as "
        "`--name=value`. Know the options of what is started: `git`, `tar`, `find`, `curl` and `ssh` have some that "
        "run other programs."
    ),
    references=(asvs("1.2.5"),),
)

CODE_INJECTION = Weakness(
    id="code-injection",
    title="Input is executed as Python code",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=95,
    cost="Whoever sends the request is the service: its secrets, its database and its network are theirs.",
    tasks=_TASKS,
    proven_by=(
        "The code that is executed refers to both names of a call that only our input holds. Inside of a literal "
        "they are no names, and `ast.parse`, `literal_eval` and RestrictedPython are no finding."
    ),
    mend=(
        "Never execute input: let it choose among functions of your own, or read it as data (`json.loads`, "
        "`ast.literal_eval`). For formulas use an evaluator that knows numbers and operators only, and bound their "
        "size. Emptying `__builtins__` is no sandbox, for every object leads back to it. Where users' programs are "
        "the product, run them in another process without network and secrets, which is slower and has to be "
        "operated."
    ),
    references=(asvs("1.3.2"),),
)

TEMPLATE_INJECTION = Weakness(
    id="template-injection",
    title="Input becomes part of a template's source",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=1336,
    cost="An expression in the template reaches the service's configuration and, in Jinja, its interpreter.",
    tasks=_TASKS,
    proven_by=(
        "A template engine that is no sandbox is given a source in which an expression of ours stands between the "
        "engine's own delimiters. What is given to a template as a value is data, whatever it holds; Jinja's "
        "sandbox is not accused."
    ),
    mend=(
        "Give the input to the template as a value; the template's source is a file of yours. Where users may write "
        "templates, use Jinja's `SandboxedEnvironment` with few values, or a language without expressions "
        "(`string.Template`). A sandbox has to be updated as ways out of it are found, and bounds neither time nor "
        "memory."
    ),
    references=(asvs("1.3.7"),),
)

MODEL_OUTPUT = Weakness(
    id="model-output",
    title="What a language model answers is taken for code, SQL or markup",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=1426,
    cost="Whoever writes to the model writes its answer, and so the service's statements, commands or pages.",
    tasks=("ai-model-integration", *_TASKS),
    proven_by=(
        "A text of the request reaches a chat model, which the stand-in plays and which says what it is told; its "
        "answer then stands outside of any literal of an SQL statement, is a shell's or Python's code, or becomes "
        "script in a page. A whole statement that the model was asked to write is left alone."
    ),
    mend=(
        "Treat a model's answer as text that a stranger wrote. Bind it as a parameter, escape it in pages, and never "
        "hand it to `eval`, a shell or a template. Where it has to decide something, let it choose from a list and "
        "check the choice, or let it fill a schema and validate that; then call functions of your own with the "
        "caller's rights. A list is less free than code, and that is the point."
    ),
    references=(
        Reference(
            title="OWASP Top 10 for LLM Applications 2025, LLM05",
            url="https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/",
        ),
    ),
)

WEAKNESSES = (
    SQL_INJECTION,
    OPERATOR_INJECTION,
    DIRECTORY_INJECTION,
    COMMAND_INJECTION,
    ARGUMENT_INJECTION,
    CODE_INJECTION,
    TEMPLATE_INJECTION,
    MODEL_OUTPUT,
)
