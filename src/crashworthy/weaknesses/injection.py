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

PATH_TRAVERSAL = Weakness(
    id="path-traversal",
    title="Input leads to a file outside of the folder that it is meant for",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=22,
    cost="Configuration, keys and other customers' files are read, or the service's own code is overwritten.",
    tasks=_TASKS,
    proven_by=(
        "The service opens, lists, writes, moves or deletes the very file that the payload aims at: a canary "
        "outside of its folder. That a path leaves the service's folder proves nothing (temporary files do), nor "
        "does a status or a message."
    ),
    mend=(
        "Name files by ids of your own, and keep the user's name for them in the database. Where the name has to be "
        "part of the path, resolve it and refuse it unless it `is_relative_to` the folder, or leave that to "
        "`send_from_directory`. To take `..` out does not hold against `....//`, absolute paths and links. Unpack "
        "archives by `zipfile`'s own `extract` or by `tarfile` with `filter='data'`, never by joining the names of "
        "members."
    ),
    references=(
        asvs("5.3.2"),
        asvs("5.3.3"),
    ),
)

REQUEST_FORGERY = Weakness(
    id="request-forgery",
    title="Input makes the service call addresses of its own machine or network",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=918,
    cost="Internal services that trust the network, and a cloud's metadata with its keys, answer to a stranger.",
    tasks=("third-party-integration", *_TASKS),
    proven_by=(
        "Within the request the service connects to the very host and port of its own machine, or of a cloud's "
        "metadata service, that the input names (in any spelling, by a name that resolves to it or through a "
        "redirect), or opens the file of a `file:` URL. To call a public address that users may name is no finding."
    ),
    mend=(
        "Call hosts of a list only; where users may name any host, resolve it, refuse what is not a global address, "
        "and connect to that very address. Follow no redirect unchecked, and allow `https` only. To compare the "
        "text of the URL fails with `[::1]`, `127.1` and decimal numbers, and a name that is resolved twice may "
        "lead elsewhere the second time. A proxy for outgoing calls that sees no internal network does all of it in "
        "one place, and is one more thing to operate."
    ),
    references=(
        asvs("1.3.6"),
        asvs("15.3.2"),
    ),
)

UNSAFE_DESERIALISATION = Weakness(
    id="unsafe-deserialisation",
    title="A document of the request chooses the classes of the objects made of it",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=502,
    cost="Making an object calls what the document names: one request runs any code inside the service.",
    tasks=_TASKS,
    proven_by=(
        "While it reads the document, the service looks for a module that only our document names; there is none, "
        "so that nothing is made. A reader that refuses classes before it looks for them is no finding."
    ),
    mend=(
        "Read documents from outside by a parser that makes plain values (JSON, `yaml.safe_load`), then check them "
        "with a model. A pickle of your own that has to travel is signed, and the signature is checked before it is "
        "read; a key that leaks then runs code. An unpickler with a list of allowed classes needs care for each of "
        "them. For weights of models there is `safetensors`."
    ),
    references=(asvs("1.5.2"),),
)

HEADER_INJECTION = Weakness(
    id="header-injection",
    title="A line break in the input begins a header of its own in the answer",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=113,
    cost="A link sets cookies in a victim's browser or poisons what a cache keeps for everybody.",
    tasks=_TASKS,
    proven_by=(
        "An answer has a header with our marked name by itself, as it came over the wire. A framework or server "
        "that refuses the line break or encodes it is no finding, also where it does so by an error."
    ),
    mend=(
        "Encode values before they go into a header: file names by percent-encoding as `filename*=UTF-8''` (RFC "
        "6266), and refuse line breaks in all others. Let the framework's own functions write cookies and "
        "redirects. That the server below refuses line breaks is true of some servers, and changes with the next "
        "deployment."
    ),
    references=(
        rfc(9110, "5.5"),
        rfc(6266, "4.3"),
    ),
)

MAIL_HEADER_INJECTION = Weakness(
    id="mail-header-injection",
    title="A line break in the input begins a header of its own in a mail",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=93,
    cost="Strangers send mail in the service's name, until its domain is on every block list.",
    tasks=("third-party-integration", *_TASKS),
    proven_by=(
        "A mail that the service sends has our marked header by itself in its head. In its body, or within another "
        "header, it is data."
    ),
    mend=(
        "Make mails by `email.message.EmailMessage`, which refuses line breaks in headers, and take them out of "
        "values before. Django's `EmailMessage` refuses them as well. Send to addresses that are your own or were "
        "confirmed. A mail provider's API with a field for each header leaves no head to write; it is a dependency "
        "more."
    ),
    references=(
        asvs("1.3.11"),
        rfc(5322, "2.2"),
    ),
)

PROMPT_INJECTION = Weakness(
    id="prompt-injection",
    title="Input becomes part of a language model's instructions",
    family=Family.INJECTION,
    severity=Severity.MAJOR,
    cwe=1427,
    cost="Users rewrite what the model was told: it gives away its instructions, other users' data, or free money.",
    tasks=("ai-model-integration", *_TASKS),
    proven_by=(
        "A call of a chat model, as the stand-in received it, holds our sentence in a message with the role system "
        "or developer, or in its `system` or `instructions`. In a message of the user it is where it belongs; what "
        "a real model would do with it is not tried."
    ),
    mend=(
        "Send what users wrote as messages with the role user, and keep instructions constant. This lowers the odds "
        "and is no wall, for models follow text wherever it stands: let code, with the caller's own rights, decide "
        "what an answer may set off. Treat answers as input (bound, escaped, never executed), and give the model "
        "nothing that this caller may not see. What callers may choose of the instructions (a language, a tone) "
        "comes from a list."
    ),
    references=(
        Reference(
            title="OWASP Top 10 for LLM Applications 2025, LLM01",
            url="https://genai.owasp.org/llmrisk/llm01-prompt-injection/",
        ),
    ),
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

FORMULA_INJECTION = Weakness(
    id="formula-injection",
    title="Input becomes a formula in a table that the service hands out",
    family=Family.INJECTION,
    severity=Severity.MINOR,
    cwe=1236,
    cost="An employee opens the export in a spreadsheet, and a cell that a customer wrote sends the others elsewhere.",
    tasks=_TASKS,
    proven_by=(
        "A text that begins with an equals sign is sent in an input, and an answer that is declared as CSV, read by a "
        "parser of CSV, has a cell that begins with it. Cells with an apostrophe or tab before it, and answers that "
        "are no CSV, are no finding."
    ),
    mend=(
        "Put an apostrophe before cells that begin with `=`, `+`, `-`, `@`, a tab or a carriage return, where people "
        "open the file. Quotes of CSV do not help, as spreadsheets take them away. Programs that read the file get "
        "the apostrophe too: hand them JSON, or write a real workbook with cells of type text (`openpyxl`)."
    ),
    references=(asvs("1.2.10"),),
)

LOG_FORGING = Weakness(
    id="log-forging",
    title="A line break in the input begins a line of its own in the log",
    family=Family.INJECTION,
    severity=Severity.MINOR,
    cwe=117,
    cost="After an incident nobody can say which lines of the log are true.",
    tasks=_TASKS,
    proven_by=(
        "What a log handler writes holds our line break as it was sent, so that a line begins with our text. "
        "Servers' own access logs and tracebacks are left out, and an escaped line break is no finding."
    ),
    mend=(
        "Log text from outside by `%r`, or write each record as one JSON document. A formatter that escapes line "
        "breaks mends all records in one place, and has to leave tracebacks alone. Both change what people and "
        "scripts see who read the log. Bound the length as well."
    ),
    references=(asvs("16.4.1"),),
)

EXTERNAL_ENTITY = Weakness(
    id="external-entity",
    title="An XML document of the request brings files of the server along",
    family=Family.INJECTION,
    severity=Severity.BLOCKER,
    cwe=611,
    cost="A document that names a file by an entity is answered with its content: keys, settings, other people's data.",
    tasks=_TASKS,
    proven_by=(
        "A document of the request declares an entity with the `file:` URL of a canary outside of the service's "
        "folder, and the service opens that file while it answers, or its content is in the answer. Documents that "
        "are kept, given back as they came or refused are no finding."
    ),
    mend=(
        "Read XML from outside by a parser that resolves no external entities and loads no DTD. For lxml that is "
        "`XMLParser(resolve_entities=False, no_network=True)`; the parsers of the standard library do so unless "
        "`feature_external_ges` is set; `defusedxml` refuses entities altogether. Where documents need a DTD of "
        "your own, give the parser a resolver that knows that one file. Partners who send entities will be refused."
    ),
    references=(asvs("1.5.1"),),
)

WEAKNESSES = (
    SQL_INJECTION,
    OPERATOR_INJECTION,
    DIRECTORY_INJECTION,
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
    EXTERNAL_ENTITY,
    MODEL_OUTPUT,
    FORMULA_INJECTION,
)
