"""Weaknesses that let numbers drift apart that have to add up."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs

NEGATIVE_AMOUNT = Weakness(
    id="negative-amount",
    title="A negative amount turns an operation around",
    family=Family.CONSERVATION,
    severity=Severity.BLOCKER,
    cwe=1284,
    cost="Whoever withdraws, orders or transfers minus a hundred is given a hundred, by the house or a stranger.",
    tasks=("endpoint-implementation", "security-implementation"),
    proven_by=(
        "A request lowers a number that can be read back, and is refused when it asks for more than there is; with the "
        "amount negated it is accepted, and the number rises. Operations that raise it when the amount is positive, or "
        "that nothing limits, may take signed amounts, and do not count."
    ),
    mend=(
        "Refuse amounts that are not above zero where the request comes in, and once more in the database by a CHECK. "
        "Compare after parsing, since NaN passes `amount <= 0`. Give corrections an operation of their own, for those "
        "who may make them. A check costs nothing; rows that are wrong already want a decision."
    ),
    references=(asvs("2.2.1"),),
)

UNCONSERVED_TRANSFER = Weakness(
    id="unconserved-transfer",
    title="A transfer to where it comes from makes or destroys what it moves",
    family=Family.CONSERVATION,
    severity=Severity.BLOCKER,
    cwe=682,
    cost="One customer who sends money to the own account doubles it, as often as wanted, by requests that look fine.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "An ordinary transfer changes several balances and keeps their sum; the same one whose source is its target is "
        "accepted and changes the sum. Transfers that keep a fee show no sum that is kept, and are not judged."
    ),
    mend=(
        "Refuse a transfer whose source is its target, and move by `balance = balance + ?` within one transaction. "
        "Values that were read before and are written back as a whole forget each other. Better, book each movement as "
        "two entries that sum to zero and derive balances from them; reading then costs a sum, or a kept total."
    ),
    references=(asvs("2.3.1"),),
)

LIMIT_BY_LINE = Weakness(
    id="limit-by-line",
    title="The same item twice in one request passes a limit that holds for one line",
    family=Family.CONSERVATION,
    severity=Severity.MAJOR,
    cwe=1284,
    cost="A cart with the last five of a thing in two lines sells ten, with no other customer near.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "One line that asks for more than there is is refused; two equal lines that each ask for all there is are "
        "accepted in one request, and the number that is read back is below zero. Services that sell what they do not "
        "have in either case do not count."
    ),
    mend=(
        "Add up the lines of an item before you check them against what is there. Or take each line by `UPDATE ... SET "
        "stock = stock - ? WHERE stock >= ?` and roll all back when one of them changes no row. `CHECK (stock >= 0)` "
        "catches what both forget, as an error."
    ),
    references=(asvs("2.3.2"),),
)

INEXACT_MONEY = Weakness(
    id="inexact-money",
    title="Amounts of money carry errors of binary fractions",
    family=Family.CONSERVATION,
    severity=Severity.MINOR,
    cwe=1339,
    cost="Totals differ by cents from the sum of their lines, and a balance of 0.30 does not pay a price of 0.30.",
    tasks=("endpoint-implementation", "database-queries"),
    proven_by=(
        "Amounts with one decimal are sent, and an amount of money in an answer differs from the nearest fraction of "
        "four decimals by less than a billionth, as 30.299999999999997 does. Averages, rates and shares do not count, "
        "nor what is rounded before it is told."
    ),
    mend=(
        "Keep money as an integer of its smallest unit, or as `Decimal` in a column of that type. Parse it from text "
        "(`Decimal(str(value))`), and round at one place, by a rule that somebody has chosen. SQLite has no decimal "
        "type: keep integers there. Changing the type of what is stored needs a migration."
    ),
    references=(
        Reference(
            title="Goldberg: What Every Computer Scientist Should Know About Floating-Point Arithmetic (1991)",
            url="https://doi.org/10.1145/103162.103163",
        ),
    ),
)

LOST_REMAINDER = Weakness(
    id="lost-remainder",
    title="Shares of an amount sum to another one",
    family=Family.CONSERVATION,
    severity=Severity.MINOR,
    cwe=682,
    cost="Each bill that three people share loses or makes a cent, and at the end of the month the books do not close.",
    tasks=("endpoint-implementation",),
    proven_by=(
        "An amount that can be divided is divided, and an answer lists shares that sum to it; with a cent more, as "
        "many shares sum to another amount, by less than a cent each. An answer that says what is left over, or that "
        "names the sum of the shares as what was divided, does not count."
    ),
    mend=(
        "Divide whole cents with `divmod(cents, n)`, and give one cent more to as many as the remainder says. Say to "
        "whom, such as the first ones, so that it is the same each time. Rounding each share for itself cannot add up. "
        "Where shares are not equal, give the last one what is left."
    ),
    references=(
        Reference(
            title="Fowler: Money, in Patterns of Enterprise Application Architecture (2002)",
            url="https://martinfowler.com/eaaCatalog/money.html",
        ),
    ),
)

WEAKNESSES = (NEGATIVE_AMOUNT, UNCONSERVED_TRANSFER, LIMIT_BY_LINE, INEXACT_MONEY, LOST_REMAINDER)
