"""Weaknesses by which secrets are shown, written down or kept where others read them."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet

_TASKS = ("security-implementation",)

PASSWORD_SHOWN = Weakness(
    id="password-shown",
    title="An answer shows a password or what is kept of it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=200,
    cost="Hashes that leave the service are guessed on another machine, and the passwords fit on other sites too.",
    tasks=_TASKS,
    proven_by=(
        "A password that occurs nowhere else is set, and an answer with success holds it, one of its digests "
        'without a salt, or a hash in a known form under a name such as "password". A mask or the name of an '
        "algorithm is no finding; who sees it decides how bad it is."
    ),
    mend=(
        "Answer with a model of what callers may see, never with the row itself. A list of what to leave out "
        "forgets the next column; a list of what to show (`response_model` in FastAPI, explicit `fields` in a "
        "serializer) does not. It is one more model to keep. Nobody needs the hash but the function that checks it."
    ),
    references=(asvs("15.3.1"),),
)

PASSWORD_IN_LOG = Weakness(
    id="password-in-log",
    title="A password is written to the log",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=532,
    cost="Logs are copied to more places than any database, kept for years, and read by people who need no password.",
    tasks=_TASKS,
    proven_by=(
        "A password that occurs nowhere else is found in what the service prints, or in a file that it writes whose "
        "name ends in .log. A digest of it is not looked for there."
    ),
    mend=(
        "Name the fields that are logged, and never log whole bodies, forms, headers or models. Give secrets a type "
        "that does not print them, such as Pydantic's `SecretStr`. A filter that blanks fields by their names is a "
        "second line, and misses what is spelled otherwise. Passwords that are in a log already are known: have "
        "them changed, and delete the log and its copies."
    ),
    references=(asvs("16.2.5"),),
)

PASSWORD_AT_REST = Weakness(
    id="password-at-rest",
    title="A password is kept so that whoever reads the database has it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=256,
    cost="One leaked backup, and all customers' passwords are known, here and wherever else they use them.",
    tasks=_TASKS,
    proven_by=(
        "A password that occurs nowhere else is found in files and databases that the service wrote, in clear, or "
        "as its MD5, SHA-1, SHA-256 or SHA-512 without a salt. One round with a salt, computed again from what "
        "stands in the row, is minor. What derives keys in rounds is not accused, however few they are."
    ),
    mend=(
        "Keep a slow, salted hash and nothing else: Argon2id (`argon2-cffi`), scrypt or bcrypt, with the library's "
        "parameters or more. Hash again at the next login when the parameters have grown. Digests that are there "
        "already are put through the slow hash at once, without waiting for logins. A login then takes tens of "
        "milliseconds and some memory: in `async` code run it in a thread, and brake guessing."
    ),
    references=(
        asvs("11.4.2"),
        cheat_sheet("Password Storage"),
    ),
)

TRACEBACK_SHOWN = Weakness(
    id="traceback-shown",
    title="An error shows the service's inside to whoever causes it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=489,
    cost="Debug pages hand out source, settings and paths with each error, and some run code that visitors type.",
    tasks=_TASKS,
    proven_by=(
        "An answer with an error status is a Python traceback that names a file and line of the service, Django's "
        "debug page, or Werkzeug's debugger. A text about tracebacks in a good answer does not count, and where the "
        "source leaves debug mode off unless a variable switches it on, it is told only."
    ),
    mend=(
        "Let a variable switch debug mode on, off without it, and start the service by a server, not by `app.run`. "
        "Answer what was not expected by one handler that says that something failed, and under which number the "
        "log has the rest. Each failure then takes a look into the log. A setting that has to be remembered for "
        "production will be forgotten: the default is the safe one."
    ),
    references=(
        asvs("13.4.2"),
        asvs("16.5.1"),
    ),
)

UNTRUSTED_CERTIFICATE = Weakness(
    id="untrusted-certificate",
    title="The service tells its secrets to whoever answers in another system's place",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=295,
    cost="Whoever controls a router or a name on the way reads the payment key, and answers in the provider's place.",
    tasks=(*_TASKS, "third-party-integration"),
    proven_by=(
        "A server with a certificate of its own making answers in the other system's place; a client that is set not "
        "to verify certificates sends it the request. A client that compares fingerprints instead sends nothing, and "
        "holds; so does one that refuses."
    ),
    mend=(
        "Let the client verify, which it does by default: remove `verify=False`, `ssl=False` and `CERT_NONE`. Where a "
        'certificate is your own, give the client that authority (`verify="/etc/ssl/our-ca.pem"`, '
        "`ssl.create_default_context(cafile=...)`). An authority of one's own has to be handed out, and renewed."
    ),
    references=(asvs("12.3.2"),),
)

WEAKNESSES = (PASSWORD_SHOWN, PASSWORD_IN_LOG, PASSWORD_AT_REST, TRACEBACK_SHOWN, UNTRUSTED_CERTIFICATE)
