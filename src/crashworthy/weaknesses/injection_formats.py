"""Weaknesses that let text of a request be read as a path, as an address or as the structure of a document."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs, rfc

_TASKS = ("input-validation", "security-implementation")

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
    PATH_TRAVERSAL,
    REQUEST_FORGERY,
    UNSAFE_DESERIALISATION,
    HEADER_INJECTION,
    MAIL_HEADER_INJECTION,
    PROMPT_INJECTION,
    FORMULA_INJECTION,
    LOG_FORGING,
    EXTERNAL_ENTITY,
)
