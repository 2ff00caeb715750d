"""Weaknesses by which one site acts in the browser of another site's visitor."""

from crashworthy.core.weakness import Family, Reference, Severity, Weakness
from crashworthy.weaknesses.references import asvs, cheat_sheet

_TASKS = ("security-implementation", "endpoint-implementation")

SCRIPT_IN_PAGE = Weakness(
    id="script-in-page",
    title="Input becomes script in a page that the service serves",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=79,
    cost="Who writes a comment acts as everybody who reads it: sessions are taken, and orders are placed by others.",
    tasks=_TASKS,
    proven_by=(
        "A text with markup is sent in one input, and the parser of a browser finds an image with our event handler "
        "in an answer that is served as a page: in this one, or in one that is read afterwards. Escaped and cleaned "
        "text, JSON and downloads are no finding; where the page's content security policy forbids inline handlers "
        "it is told only."
    ),
    mend=(
        "Make pages by a template engine that escapes by itself, and give it values, never markup: no `mark_safe`, "
        "`|safe` or f-string of HTML. Where users may write markup, clean it by a list of allowed elements (`nh3`) "
        "when it is shown. Check the scheme of links as well, for `javascript:` survives escaping. A content "
        "security policy without `unsafe-inline` is a second line, and costs moving inline scripts into files."
    ),
    references=(
        asvs("1.2.1"),
        asvs("1.3.1"),
    ),
)

OPEN_REDIRECT = Weakness(
    id="open-redirect",
    title="A link to the service leads to wherever its maker wants",
    family=Family.CROSSSITE,
    severity=Severity.MINOR,
    cwe=601,
    cost="Links in fraudulent mails begin with the company's own name, and logins hand their visitors to a copy of it.",
    tasks=_TASKS,
    proven_by=(
        "A link of the service that names another site in a parameter is answered with a redirect whose `Location`, "
        "read as a browser reads it, has that host. An address that its author stored, as in a short link, is no "
        "finding."
    ),
    mend=(
        "Redirect to paths of your own only: refuse a target that has a scheme or host which is not yours. Ask a "
        "function that reads addresses as browsers do, such as Django's `url_has_allowed_host_and_scheme`: "
        "`//host`, `https:host` and backslashes lead elsewhere as well. Where other sites are wanted, keep a list, "
        "or sign the target; both have to be kept up to date."
    ),
    references=(asvs("3.7.2"),),
)

OPEN_TO_ANY_ORIGIN = Weakness(
    id="open-to-any-origin",
    title="Scripts of any site read answers with the visitor's login",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=942,
    cost="A visit to some other page is enough, and that page reads the account of whoever is logged in here.",
    tasks=_TASKS,
    proven_by=(
        "An answer that is refused without the login, where the login is a cookie, allows an origin that the "
        "service cannot know by its name, together with `Access-Control-Allow-Credentials: true`. A login in a "
        "header gives other sites nothing to send; where no cookie is SameSite=None it is told only."
    ),
    mend=(
        "List the origins that may read with credentials, each in full, and compare them as a whole. With "
        "credentials `*` means everybody, for most frameworks then answer with the caller's own origin; so does a "
        "pattern without its ends. `SameSite=Lax` cookies stop most of it, and not what comes from a sibling "
        "domain. Each new front end has to be added to the list."
    ),
    references=(
        asvs("3.4.2"),
        Reference(
            title="Fetch standard, CORS protocol and credentials",
            url="https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
        ),
    ),
)

CROSS_SITE_CHANGE = Weakness(
    id="cross-site-change",
    title="A form on any other site changes what the visitor owns here",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=352,
    cost="Somebody who is logged in opens a link, and their address, password or balance is changed without a click.",
    tasks=_TASKS,
    proven_by=(
        "A request as a page of another site can send it (a form's types, plain text or no type, no header of its "
        "own, no value that only a page of the service told) changes something with the visitor's cookie, and is "
        "refused without it. Where the cookie is SameSite Lax or Strict it never leaves the site, and nothing is "
        "held against the service; without SameSite some browsers send it, and the proof is a minor one."
    ),
    mend=(
        "Give the cookie `SameSite=Lax`, and ask each change for a token that other sites do not know (Django's "
        "middleware, Flask-WTF's `CSRFProtect`). An API for scripts may instead take JSON by its type only, ask for "
        "a header of its own, or compare `Origin` with its own hosts: browsers then ask first. `Lax` alone does not "
        "hold against sibling domains, and changes by GET are not covered by any of it. Tokens have to be put into "
        "each form."
    ),
    references=(
        asvs("3.5.1"),
        asvs("3.3.2"),
        cheat_sheet("Cross-Site Request Forgery Prevention"),
    ),
)

ACTIVE_UPLOAD = Weakness(
    id="active-upload",
    title="An uploaded file runs as a page of the service for whoever opens it",
    family=Family.CROSSSITE,
    severity=Severity.MAJOR,
    cwe=434,
    cost="A link to a picture on the company's own domain runs a stranger's script with the login of who opens it.",
    tasks=_TASKS,
    proven_by=(
        "A user uploads an HTML or SVG file with an event handler of ours, and somebody else, or nobody in "
        "particular, gets it back unchanged with a type that browsers render, without `Content-Disposition: "
        "attachment` and without a policy that forbids its script. What only its uploader can open is told only."
    ),
    mend=(
        "Serve what users uploaded as a download, or from a domain of its own. `Content-Disposition: attachment` and "
        "`X-Content-Type-Options: nosniff` are enough where files need not be shown. Where pictures are shown, "
        "take the type from the content by a list (PNG, JPEG, WebP), never from the upload's name or header; an SVG "
        "is a document with script. A `Content-Security-Policy: sandbox` on the folder costs one line."
    ),
    references=(asvs("3.2.1"), cheat_sheet("File Upload")),
)

UNGUARDED_COOKIE = Weakness(
    id="unguarded-cookie",
    title="A cookie that carries the login is less guarded than browsers offer",
    family=Family.CROSSSITE,
    severity=Severity.INFO,
    cwe=1004,
    cost="One script that gets into a page takes the login away with it, and one request without TLS shows it to all.",
    tasks=_TASKS,
    proven_by=(
        "It is told, not proven: a login sets the cookie by which alone a read is allowed, without `HttpOnly`, "
        "`Secure` or `SameSite`. What can be done with it is proven as script-in-page and cross-site-change. Other "
        "cookies do not count."
    ),
    mend=(
        "Set `HttpOnly`, `Secure` and `SameSite=Lax` on the cookie of a login. Flask takes them from "
        "`SESSION_COOKIE_SECURE` and its like, Django from settings of the same names. `Secure` needs TLS in "
        "development too, or a switch; a script that has to read the cookie should be told what it needs in another "
        "way."
    ),
    references=(asvs("3.3.1"), asvs("3.3.4")),
)

FRAMED_PAGE = Weakness(
    id="framed-page",
    title="Another site may put a page with a form into a frame of its own",
    family=Family.CROSSSITE,
    severity=Severity.INFO,
    cwe=1021,
    cost="A visitor who thinks to close a window presses the button of a page that lies under it, unseen.",
    tasks=_TASKS,
    proven_by=(
        "It is told, not proven: a page with a form, that a user who is logged in gets, is served without "
        "`X-Frame-Options` and without `frame-ancestors` in its content security policy. Answers that are no pages do "
        "not count."
    ),
    mend=(
        "Answer with `Content-Security-Policy: frame-ancestors 'none'`, or the list of sites that may frame the page. "
        "One line in a middleware does it for all pages; `SameSite=Lax` cookies take the login out of most frames as "
        "well. Pages that are meant to be embedded need their own line."
    ),
    references=(asvs("3.4.6"),),
)

WEAKNESSES = (
    SCRIPT_IN_PAGE,
    OPEN_REDIRECT,
    OPEN_TO_ANY_ORIGIN,
    CROSS_SITE_CHANGE,
    ACTIVE_UPLOAD,
    UNGUARDED_COOKIE,
    FRAMED_PAGE,
)
