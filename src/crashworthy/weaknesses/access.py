"""Weaknesses by which somebody gets what belongs to another, or more rights than were given."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet, rfc

_TASKS = ("security-implementation", "endpoint-implementation")

OBJECT_OF_ANOTHER = Weakness(
    id="object-of-another",
    title="A caller reads or changes an object that belongs to somebody else",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=639,
    cost="Whoever counts an id up reads, cancels or deletes what others own, and the logs show valid requests.",
    tasks=_TASKS,
    proven_by=(
        "A makes an object; B, a second plain account, or nobody has success with it, and A's own reading then "
        "shows it changed or gone, or the answer shows what the service elsewhere keeps for A (by a refusal, or by "
        "a list that shows it to A alone, under an id that can be counted up). What everybody may read or edit, "
        "what others are meant to do with it (like, bid, pay), and a service that knows no identities are told at "
        "most."
    ),
    mend=(
        "Ask for the object and its owner in one query, and answer 404 where it finds nothing. Do it in one place "
        "that every handler has to pass, such as a scoped query set, or row-level security in PostgreSQL: a check "
        "that each handler writes for itself is forgotten in the next one. Random ids slow counting down, and are "
        "no check. Objects that are shared need a table of who may do what, which is one query more."
    ),
    references=(
        asvs("8.2.2"),
        Reference(
            title="OWASP API Security Top 10 2023, API1",
            url="https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        ),
    ),
)

KNOWN_CREDENTIAL = Weakness(
    id="known-credential",
    title="A password or key that stands in the source opens the service",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=798,
    cost="Whoever has read the repository, or tries the usual defaults, is an administrator of every installation.",
    tasks=_TASKS,
    proven_by=(
        "What is refused to nobody with 401 or 403 is done with a key, or after a login with a password, that "
        "stands in the source. A value that the run, or the service's example of its variables, put into the "
        "environment is no secret of the source, unless the source has it as its own default."
    ),
    mend=(
        "Take keys and passwords from the environment or a secret store, without a default: without one the service "
        "does not start. Replace all that were ever committed, for the history keeps them. Compare with "
        "`secrets.compare_digest`. Make the first administrator by a command, or with a random password that has to "
        "be changed: one step more at each installation."
    ),
    references=(
        asvs("13.3.1"),
        asvs("13.2.3"),
    ),
)

FORGEABLE_TOKEN = Weakness(
    id="forgeable-token",
    title="Callers can sign tokens themselves and be anybody",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=347,
    cost="With a key that can be guessed, or none, anybody writes a token for any account, administrators included.",
    tasks=_TASKS,
    proven_by=(
        "A token with a real one's claims, signed by the lab with a key from the source or from a list of usual "
        'keys, with alg "none" or with any key at all, is answered as the real one is, while nobody is refused. '
        "Keys that the run itself put into the environment are not guessed."
    ),
    mend=(
        "Sign with 256 random bits or more from the environment, different in each installation, and allow only the "
        "algorithm that you sign with. Refuse tokens that do not expire, and check the audience where services "
        "share a key. A new key logs everybody out: accept the old one beside it for as long as its tokens live."
    ),
    references=(
        asvs("9.1.1"),
        asvs("9.1.2"),
        rfc(8725, "3.1"),
    ),
)

TOKEN_AFTER_LOGOUT = Weakness(
    id="token-after-logout",
    title="A token still opens the account after its owner has logged out",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=613,
    cost="A token that leaked stays good: its owner cannot take it back, and logs out believing to have done so.",
    tasks=_TASKS,
    proven_by=(
        "A credential that opened a read, and with which its owner then logged out with success, opens the same "
        "read again. A signed token that ends within the hour, and a session that is kept in the signed cookie "
        "alone, are told only: the service cannot know that they are not wanted any more."
    ),
    mend=(
        "Keep on the server what a logout can end: a row per session, found by the token and deleted at the logout. "
        "Let signed tokens live for minutes and end the refresh token, or keep the ids (`jti`) of those that were "
        "ended until they expire. Each costs a lookup per request, which signed tokens were to save: choose by what "
        "a stolen one can do. A change of password ends all sessions."
    ),
    references=(
        asvs("7.4.1"),
        asvs("7.4.3"),
    ),
)

TOKEN_AFTER_PASSWORD_CHANGE = Weakness(
    id="token-after-password-change",
    title="A token still opens the account after its owner has changed the password",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=613,
    cost="The customer notices the stranger, changes the password, and the stranger goes on reading for weeks.",
    tasks=_TASKS,
    proven_by=(
        "A logs in twice and changes the password by one login; the token of the other then opens what it opened "
        "before, while the old password and nobody are refused. Signed tokens that end within the hour, and "
        "sessions that are kept in a signed cookie alone, are told only."
    ),
    mend=(
        "End all other logins of the account when its password changes. With tokens in a table delete the account's "
        "rows; with signed ones keep a number in the account's row, put it into each token, and count it up: one "
        "query per request. Let the login that made the change go on, so that nobody is thrown out of the page they "
        "are on."
    ),
    references=(asvs("7.4.3"),),
)

TOKEN_WITHOUT_END = Weakness(
    id="token-without-end",
    title="What a login gives opens the account for ever",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=613,
    cost="A token in an old log, backup or laptop opens the account years later, and nobody can tell that it is old.",
    tasks=_TASKS,
    proven_by=(
        "What A's login gave opens, 401 days later by the clock of the service's process, what is refused to nobody. "
        "Where the source speaks of an end at all, or the token names one, another clock may decide, and it is told "
        "only. Keys that no login gives are not looked at."
    ),
    mend=(
        "Let each login end: `exp` in signed tokens, a column in the table of others, and ask for it at each request. "
        "Minutes with a second token that renews the first, or days: it depends on what the account can do. Short "
        "lives cost a renewal that clients have to know, long ones the trust in whoever finds a token."
    ),
    references=(asvs("7.3.2"), rfc(7519, "4.1.4")),
)

PASSWORD_RESET = Weakness(
    id="password-reset",
    title="Somebody else resets the password of an account",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=640,
    cost="Whoever knows a customer's e-mail address has the account two requests later.",
    tasks=_TASKS,
    proven_by=(
        "Nobody asks for a new password for A's account, finds what sets it in the answer itself, sets one, and logs "
        "in with it, while the old one is refused. Minor: what came by mail sets a second password after it has set a "
        "first one. Answers that hold no more than what the mail still has to complete do not count."
    ),
    mend=(
        "Send what resets a password to the account's owner only, never in the answer, not even in development. Keep "
        "its hash, not itself; let it end within the hour and at its first use, and end all others of the account "
        "with it. Answer alike whether the account exists or not. A mail that is lost then has to be asked for again."
    ),
    references=(asvs("6.4.3"), asvs("6.5.1"), cheat_sheet("Forgot Password")),
)

USER_ENUMERATION = Weakness(
    id="user-enumeration",
    title="The login tells which accounts exist",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=204,
    cost="Leaked addresses are sorted into customers and others, and passwords are then tried on customers only.",
    tasks=_TASKS,
    proven_by=(
        "Wrong passwords for an account that exists and for one that does not, in turns, get different answers "
        "(what was sent is masked), or answers after different times: over 20 turns a rank test gives p below "
        "0.00001, with medians 1.8 times and 3 ms apart. Turns after a brake (429, a locked account) do not count."
    ),
    mend=(
        "Answer every wrong pair of name and password alike, and compute a password's hash also where there is no "
        "account. Sign-up and forgotten passwords need the same: say in both cases that a mail is on its way. "
        "Honest users lose a hint, and a sign-up has to go through a mail. A brake per account and address keeps "
        "what is left of a difference from being measured."
    ),
    references=(asvs("6.3.8"),),
)

UNLIMITED_GUESSING = Weakness(
    id="unlimited-guessing",
    title="Passwords can be guessed as fast as the login answers",
    family=Family.ACCESS,
    severity=Severity.MINOR,
    cwe=307,
    cost="Passwords of other sites are tried on each account in turn, and nothing slows that down or tells of it.",
    tasks=_TASKS,
    proven_by=(
        "It is told and never proven: eight or more wrong passwords for one account in a row, then the right one, "
        "are all answered at once, without a 429 or a lock. Nothing was guessed by it, and a proxy in front of the "
        "service may slow guessing down."
    ),
    mend=(
        "Count failed logins per account and per address, and slow down or refuse (429) after a few. Keep the "
        "counts where all workers see them. To lock an account lets anybody lock its owner out: prefer delays that "
        "grow. A second factor, and refusing passwords that are known to have leaked, take more from guessing than "
        "any limit."
    ),
    references=(
        asvs("6.3.1"),
        rfc(6585, "4"),
    ),
)

MASS_ASSIGNMENT = Weakness(
    id="mass-assignment",
    title="Callers set fields that are not theirs to set",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=915,
    cost="One more field in a sign-up makes an administrator, and one in an order makes it paid.",
    tasks=_TASKS,
    proven_by=(
        "A field that the service shows of the object, and that neither its description nor its source asks for, is "
        "sent along, and another request reads it back as it was sent, where without it it has another value: a "
        'right or a role, and on accounts money or a mark such as "verified". An answer that only repeats what '
        "was sent proves nothing."
    ),
    mend=(
        "Take by name what callers may set: a model of the request that has no other fields, or a list. A model for "
        "the input, one for the row and one for the answer is repetition that pays. Never spread a body over a "
        "model (`Model(**body)`, `setattr`, Django's `fields = '__all__'`). To refuse unknown fields tells clients "
        "early, and breaks those that send too much."
    ),
    references=(
        asvs("15.3.3"),
        asvs("8.2.3"),
    ),
)

RIGHT_NOT_CHECKED = Weakness(
    id="right-not-checked",
    title="A caller without the right does what is kept for administrators",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=285,
    cost="One forgotten check among many: any customer deletes products, sets prices or reads what staff reads.",
    tasks=_TASKS,
    proven_by=(
        "A plain account, or nobody, does what the same caller is refused at a sibling with 401 or 403 in the same "
        "play: deletes or replaces what only an administrator can make (a reading shows it), or is let in at one "
        'operation under a path that says "admin" and not at another. Logins, first set-ups and users\' own part '
        "in an administrator's object do not count, and of a plain account's changes only that of a price does."
    ),
    mend=(
        "Refuse by default: ask for the right where routes are grouped (a router's dependencies, a blueprint's "
        "`before_request`), not in each handler. Then an operation that is open has to say so, and a forgotten one "
        "is closed. Keep who may do what in one table, and test every operation as every role. Each new route needs "
        "a decision, which is the point."
    ),
    references=(
        asvs("8.2.1"),
        asvs("8.3.1"),
    ),
)

WEAKNESSES = (
    OBJECT_OF_ANOTHER,
    KNOWN_CREDENTIAL,
    FORGEABLE_TOKEN,
    TOKEN_AFTER_LOGOUT,
    TOKEN_AFTER_PASSWORD_CHANGE,
    TOKEN_WITHOUT_END,
    PASSWORD_RESET,
    USER_ENUMERATION,
    UNLIMITED_GUESSING,
    MASS_ASSIGNMENT,
    RIGHT_NOT_CHECKED,
)
