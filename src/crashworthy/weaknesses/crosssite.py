"""Weaknesses by which one site acts in the browser of another site's visitor."""

from crashworthy.core.weakness import Family, Severity, Weakness

_TASKS = ("security-implementation", "endpoint-implementation")

SCRIPT_IN_PAGE = Weakness(
    id="script-in-page",
    title="Input becomes script in a page that the service serves",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=79,
    cost="Who writes a comment acts as everybody who reads it: sessions are taken, and orders are placed by others.",
    tasks=_TASKS,
)

OPEN_REDIRECT = Weakness(
    id="open-redirect",
    title="A link to the service leads to wherever its maker wants",
    family=Family.CROSSSITE,
    severity=Severity.MINOR,
    cwe=601,
    cost="Links in fraudulent mails begin with the company's own name, and logins hand their visitors to a copy of it.",
    tasks=_TASKS,
)

OPEN_TO_ANY_ORIGIN = Weakness(
    id="open-to-any-origin",
    title="Scripts of any site read answers with the visitor's login",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=942,
    cost="A visit to some other page is enough, and that page reads the account of whoever is logged in here.",
    tasks=_TASKS,
)

CROSS_SITE_CHANGE = Weakness(
    id="cross-site-change",
    title="A form on any other site changes what the visitor owns here",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=352,
    cost="Somebody who is logged in opens a link, and their address, password or balance is changed without a click.",
    tasks=_TASKS,
)

WEAKNESSES = (SCRIPT_IN_PAGE, OPEN_REDIRECT, OPEN_TO_ANY_ORIGIN, CROSS_SITE_CHANGE)
