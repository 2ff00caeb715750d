"""Weaknesses of what lets somebody in: passwords, tokens, keys and links."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet, rfc

_TASKS = ("security-implementation", "endpoint-implementation")

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
        "in with it, while the old one is refused; or what sets it follows from what B was sent just before (a number "
        "that is counted up, a digest of the address). Minor: what came by mail sets a second password after it has "
        "set a first one. Answers that hold no more than what the mail still has to complete do not count."
    ),
    mend=(
        "Send what resets a password to the account's owner only, never in the answer, not even in development. Keep "
        "its hash, not itself; let it end within the hour and at its first use, and end all others of the account "
        "with it. Answer alike whether the account exists or not. A mail that is lost then has to be asked for again."
    ),
    references=(asvs("6.4.3"), asvs("6.5.1"), cheat_sheet("Forgot Password")),
)

GUESSABLE_SECRET = Weakness(
    id="guessable-secret",
    title="What lets anybody in who has it can be guessed",
    family=Family.ACCESS,
    severity=Severity.BLOCKER,
    cwe=340,
    cost="Whoever got one link counts up, and downloads what every other customer has shared.",
    tasks=_TASKS,
    proven_by=(
        "B is given a secret (a share link, a download code), counts it back, and nobody opens with that what A made. "
        "The service must keep it apart itself: it is made with a login, A's reads of it are refused to nobody and "
        "not shown to B. Numbers of six digits at most that do not follow each other are told."
    ),
    mend=(
        "Make what lets somebody in with `secrets.token_urlsafe(16)`, 128 bits that nobody counts, and keep only its "
        "hash where it opens much. A number is fine beside a login that is asked for its rights. Codes that people "
        "type have to be short: let them end within minutes, count wrong ones per address and per code, and bind "
        "them to the account that asked. Links get longer and no longer say in which order they were made."
    ),
    references=(asvs("11.5.1"), cheat_sheet("Insecure Direct Object Reference Prevention"), rfc(4086, "8")),
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

WEAKNESSES = (
    KNOWN_CREDENTIAL,
    FORGEABLE_TOKEN,
    TOKEN_AFTER_LOGOUT,
    TOKEN_AFTER_PASSWORD_CHANGE,
    TOKEN_WITHOUT_END,
    PASSWORD_RESET,
    GUESSABLE_SECRET,
    USER_ENUMERATION,
    UNLIMITED_GUESSING,
)
