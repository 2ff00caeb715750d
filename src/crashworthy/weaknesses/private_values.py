"""Weaknesses by which secrets are shown, written down or kept where others read them."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet

_TASKS = ("security-implementation",)
_PCI = Reference(
    title="PCI DSS 4.0.1, requirements 3.3.1, 3.5.1 and 4.2.2",
    url="https://www.pcisecuritystandards.org/document_library/",
)

PRIVATE_VALUE_IN_LOG = Weakness(
    id="private-value-in-log",
    title="A card number, key or access token is written to the log",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=532,
    cost="Who reads the log pays with the card, calls with the key, and goes on in the session of whoever logged in.",
    tasks=_TASKS,
    proven_by=(
        "A card number, security code, key or identity number that occurs nowhere else is accepted, and found whole in "
        "what the service prints or in its .log files; or the token of a login is, and the service refuses the same "
        "request without it. The last four digits, a digest or the beginning of a token are no finding; e-mail "
        "addresses and telephone numbers are told only."
    ),
    mend=(
        "Name the fields that are logged, and never log whole bodies, headers or models. Give secrets a type that does "
        "not print them (Pydantic's `SecretStr`), and of a card log the last four digits or the provider's reference. "
        "To tell tokens apart, log the first characters of their digest. What is in a log already is known: revoke "
        "it, and delete the log and its copies."
    ),
    references=(asvs("16.2.5"), cheat_sheet("Logging")),
)

PRIVATE_VALUE_AT_REST = Weakness(
    id="private-value-at-rest",
    title="A card's number or security code is kept as it was sent",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=312,
    cost="One leaked backup is a list of cards to pay with, and the card schemes hold whoever kept them liable.",
    tasks=_TASKS,
    proven_by=(
        "A payment card's number that occurs nowhere else is accepted, and stands whole in a row of the database or "
        "in a file; or the security code that was sent with it stands in a column or under a key of that name. Rows "
        "that were deleted or masked since do not count, nor does what is encrypted, tokenised or cut to its last "
        "digits. Keys and identity numbers in clear are told only."
    ),
    mend=(
        "Hand the card to the payment provider and keep the token that it gives you, the brand and the last four "
        "digits. The best way is a form of the provider's own, so that the number never reaches the service. Whoever "
        "has to keep numbers encrypts them with a key that is not in the database; the security code may not be kept "
        "after authorisation at all, encrypted or not. A provider's token binds you to that provider."
    ),
    references=(asvs("14.2.4"), _PCI),
)

PRIVATE_VALUE_PASSED_ON = Weakness(
    id="private-value-passed-on",
    title="A card number or key is passed on to a system that has no need of it",
    family=Family.EXPOSURE,
    severity=Severity.MAJOR,
    cwe=201,
    cost="Chats, mail, analytics and language models keep what they are told, and all who read there can pay with it.",
    tasks=(*_TASKS, "third-party-integration"),
    proven_by=(
        "A card number, security code, key or access token that occurs nowhere else is accepted, and found in a prompt "
        "to a hosted language model; or the card or token is in a call to a service for chats, analytics or errors, or "
        "the card in a mail. Any other call may need it, as the payment provider does, and is not accused; personal "
        "data in a prompt is told only, and so is a model that runs at home."
    ),
    mend=(
        "Choose the fields that leave the service, by name, for each receiver. Cut cards to their last four digits, "
        "and replace what a model need not know by a placeholder that is put back into its answer. Reporters of "
        "errors have a hook for it (`before_send`), which is a second line only."
    ),
    references=(asvs("14.2.3"), _PCI),
)

PRIVATE_VALUE_SHOWN = Weakness(
    id="private-value-shown",
    title="An answer shows one user's card, key or token to another",
    family=Family.EXPOSURE,
    severity=Severity.BLOCKER,
    cwe=359,
    cost="Whoever signs up reads the cards of all customers in one list, or the tokens to go on as each of them.",
    tasks=(*_TASKS, "endpoint-implementation"),
    proven_by=(
        "A card number, key, identity number or the token of a login that occurs nowhere else is found in an answer, "
        "also one with an error, to another user who signed up as anybody can, or to nobody where the service asks "
        "for a login. Only requests that need no id of what was made count. Users that an administrator made, or that "
        "belong to the same organisation, may be colleagues: that is told only, as are e-mail addresses."
    ),
    mend=(
        "Answer with a model of what that caller may see, never with the row itself, and select rows by the caller. A "
        "list of what to show (`response_model` in FastAPI, explicit `fields` in a serializer) does not forget the "
        "next column. Secrets are shown once, when they are made, and to nobody later."
    ),
    references=(asvs("15.3.1"), asvs("14.2.6")),
)

WEAKNESSES = (PRIVATE_VALUE_IN_LOG, PRIVATE_VALUE_AT_REST, PRIVATE_VALUE_PASSED_ON, PRIVATE_VALUE_SHOWN)
