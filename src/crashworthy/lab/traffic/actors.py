"""Who calls: users that sign up and log in, and credentials that were given or stand in the source.

An identity is nothing but steps and header templates, so that every way that uses one stands on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crashworthy.core.history import Response
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.autofill import (
    CURRENT_PASSWORD,
    NEW_PASSWORD,
    USERNAME,
    named_for,
    purposes,
    secret_names,
    texts_of,
)
from crashworthy.lab.traffic.cookies import set_cookies
from crashworthy.lab.traffic.facts import Fact, Slot, slots_of
from crashworthy.lab.traffic.hints import Hints
from crashworthy.lab.traffic.meanings import SECRETS
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.openapi import SecurityScheme
from crashworthy.lab.traffic.template import escape, map_texts
from crashworthy.lab.traffic.ways import as_actor

Headers = tuple[tuple[str, str], ...]

_SIGN_UP = {
    "register",
    "registration",
    "signup",
    "sign",
    "up",
    "join",
    "enroll",
    "user",
    "account",
    "customer",
    "member",
}
_LOG_IN = {"login", "signin", "in", "token", "session", "auth", "authenticate", "authorize", "access", "jwt", "obtain"}
_TOKEN = {"token", "jwt", "apikey", "bearer", "sessionid", "accesstoken", "authtoken", "sessiontoken", "accesskey"}
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
# In place of `${unique}`; sessions and plays have greater numbers.
_BEFORE_ALL = "1000"
_LEAST_SECRET = 16
_LEAST_VARIETY = 7
_SECRET_NAME = re.compile(r"TOKEN|KEY|SECRET|PASSWORD|PASS\b|PASSWD|CREDENTIAL", re.IGNORECASE)
_FOREIGN = re.compile(r"DATABASE|REDIS|SMTP|MAIL|AWS|STRIPE|PAYMENT|SENTRY|BROKER|S3", re.IGNORECASE)
_PASSWORD_NAME = re.compile(r"PASSWORD|PASSWD|PASS$", re.IGNORECASE)
_USER_NAMES = frozenset({("user",), ("username",), ("user", "name"), ("login",), ("principal",)})
_PRIVILEGED = ("admin", "administrator", "staff", "owner", "manager", "superuser", "root")
_ORDINARY = frozenset(
    {"user", "member", "customer", "client", "guest", "viewer", "reader", "basic", "regular", "public"}
)


@dataclass(frozen=True)
class Identity:
    """Steps that make an actor known to the service, and the headers that then say who is calling."""

    actor: str
    steps: tuple[Step, ...] = ()
    headers: Headers = ()

    def of(self, actor: str) -> Identity:
        """The same identity held by another actor, with a name of its own."""
        if actor == self.actor or not self.steps:
            return replace(self, actor=actor)
        carrier = Step(operation="", method="GET", path="/", headers=self.headers, actor=self.actor)
        way = as_actor(Way(operation="", actor=self.actor, status=200, steps=(*self.steps, carrier)), actor)
        return Identity(actor, way.steps[:-1], way.steps[-1].headers)


NOBODY = Identity("nobody")


def first_of_all(user: Identity) -> Identity:
    """The administrator of a service that makes its first user one: signs up as `user` does, before everybody else.

    The texts are no session's own, since there is only one such account on a copy.
    """
    admin = user.of("admin")
    steps = tuple(map_texts(step, lambda text: text.replace("${unique}", _BEFORE_ALL)) for step in admin.steps)
    return replace(admin, steps=steps)


def before_all(first: Identity, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, beginning with those by which `first` signs up."""
    own = {step.operation for step in first.steps}
    return tuple(sorted(steps, key=lambda step: step.actor != first.actor or step.operation not in own))


def has_password(operation: Operation) -> bool:
    """Whether the operation takes a password."""
    if purposes(operation) & {NEW_PASSWORD, CURRENT_PASSWORD}:
        return True
    return any({*words(slot.name)} & {"password", "passwd", "pwd", "passphrase", "pin"} for slot in slots_of(operation))


def sign_up_score(operation: Operation) -> int:
    """How much the operation looks like a sign-up; 0 for not at all."""
    said = _said(operation)
    if operation.method != "POST" or "{" in operation.path:
        return 0
    if NEW_PASSWORD in purposes(operation):
        return 6
    known = len(said & _SIGN_UP)
    strong = bool(said & {"register", "registration", "signup", "enroll"}) or {"sign", "up"} <= said
    return (
        (4 if strong else known)
        + (3 if has_password(operation) and (strong or known) else 0)
        - (4 if said & {"login", "signin", "logout", "reset", "verify", "change", "forgot"} else 0)
    )


def log_in_score(operation: Operation) -> int:
    """How much the operation looks like a login; 0 for not at all."""
    said = _said(operation)
    if operation.method != "POST" or "{" in operation.path or not has_password(operation):
        return 0
    if purposes(operation) & {NEW_PASSWORD, CURRENT_PASSWORD}:
        return 5 if CURRENT_PASSWORD in purposes(operation) else 0
    strong = bool(said & {"login", "signin", "authenticate"}) or {"log", "in"} <= said or {"sign", "in"} <= said
    weak = bool(said & {"token", "session", "auth", "jwt"})
    wrong = bool(said & {"register", "registration", "signup", "reset", "change", "logout", "forgot"})
    return (5 if strong else 3 if weak else 0) - (6 if wrong else 0)


def login_in_path(operation: Operation) -> tuple[str, str] | None:
    """The path's parameters for a user's name and a password, which is asked for once more in a header."""
    names = re.findall(r"\{([^{}]+)\}", operation.path)
    secrets = [name for name in names if {*words(name)} & {*SECRETS, "pass"}]
    users = [name for name in names if {*words(name)} & {"user", "username", "login", "name"} and name not in secrets]
    return (users[0], secrets[0]) if users and secrets else None


def user_in_path(operation: Operation) -> str | None:
    """The path's parameter that is a user's own name, as each user has a place of his own below it."""
    texts = [each.name for each in operation.parameters if each.data_schema.get("type") != "integer"]
    names = [name for name in re.findall(r"\{([^{}]+)\}", operation.path) if name in texts]
    return next((name for name in names if words(name) in _USER_NAMES), None)


def login_name(identity: Identity) -> str | None:
    """The name that the identity shows in each request (RFC 7617, RFC 7616)."""
    shown = next((value for name, value in identity.headers if name == "Authorization"), "")
    scheme, _, login = shown.partition(" ")
    return login.partition(":")[0] if scheme in ("Basic", "Digest") and ":" in login else None


def changes_credentials(operation: Operation) -> bool:
    """Whether the words of the operation say that it changes or gives up what a user has."""
    return bool(_said(operation) & {"logout", "reset", "verify", "change", "forgot", "confirm", "delete"})


def ends_session(operation: Operation) -> bool:
    """Whether it logs its caller out, as pages let a plain GET do: nothing can be read as the caller behind it."""
    said = _said(operation)
    return bool(said & {"logout", "signout", "logoff"}) or ("out" in said and bool(said & {"log", "sign"}))


def is_identity(operation: Operation) -> bool:
    """Whether the operation makes or proves an identity, so that its values belong to the actor."""
    return (sign_up_score(operation) > 0 and has_password(operation)) or log_in_score(operation) > 0


def token_facts(facts: Sequence[Fact], *, secretive: bool = False) -> list[Fact]:
    """Values in an answer that can prove who is calling, the likeliest first.

    By their names; where `secretive`, also by what they look like.
    """
    found = [
        fact
        for fact in facts
        if fact.save is not None
        and isinstance(fact.value, str)
        and len(fact.value) >= 6
        and (_is_called_token(fact) or (secretive and looks_secret(fact.value) and fact.field != ("id",)))
        and not {*fact.field} & {"refresh", "type", "reset", "csrf", "device", "payment", "expire", "expiry", "lock"}
    ]
    return sorted(found, key=lambda fact: (not _is_called_token(fact), "access" not in fact.field, len(fact.field)))


def _is_called_token(fact: Fact) -> bool:
    return bool({*fact.field} & _TOKEN) or "".join(fact.field) in _TOKEN or fact.field[-2:] == ("api", "key")


def looks_secret(value: str) -> bool:
    """Whether the text is one that nobody guesses: a JWT (RFC 7519), or long, without words, and of many characters."""
    if _JWT.fullmatch(value):
        return True
    plain = re.sub(r"[-_.=+/]", "", value)
    mixed = any(each.isdigit() for each in plain) and any(each.isalpha() for each in plain)
    return mixed and len(plain) >= _LEAST_SECRET and plain.isalnum() and len({*plain}) >= _LEAST_VARIETY


def session_cookies(response: Response) -> list[str]:
    """Names of cookies that can be a session."""
    return [
        name
        for name, value in set_cookies(response.headers).items()
        if value and not re.search("csrf|xsrf", name, re.I)
    ]


def header_forms(schemes: Sequence[SecurityScheme], names: Sequence[str]) -> list[tuple[str, str]]:
    """Ways to show a token: header name and text with `{}` for it, the likeliest first."""
    forms: dict[tuple[str, str], None] = {}
    for scheme in schemes:
        if scheme.kind == "api-key" and scheme.where == "header":
            forms[scheme.name, "{}"] = None
            if scheme.name.lower() == "authorization":
                forms[scheme.name, "Bearer {}"] = None
        elif scheme.kind == "api-key" and scheme.where == "cookie":
            forms["Cookie", f"{scheme.name}={{}}"] = None
        elif scheme.kind in ("bearer", "oauth2"):
            forms["Authorization", "Bearer {}"] = None
    forms["Authorization", "Bearer {}"] = None
    for name in names:
        if name.lower() != "authorization":
            forms[name, "{}"] = None
    for form in ("Token {}", "{}", "JWT {}", "ApiKey {}"):
        forms["Authorization", form] = None
    for name in ("X-API-Key", "X-Auth-Token", "X-Access-Token", "X-Token"):
        forms[name, "{}"] = None
    return list(forms)


def given_headers(
    environment: Mapping[str, str], schemes: Sequence[SecurityScheme], names: Sequence[str]
) -> Iterator[Headers]:
    """Headers that prove to be an administrator: secrets that the service was started with, shown in each form."""
    forms = header_forms(schemes, names)[:6]
    for variable, value in _secrets(environment):
        if _PASSWORD_NAME.search(variable) or not value:
            continue
        own = {*words(variable)}
        for name, form in sorted(forms, key=lambda form: -len(own & {*words(form[0])})):
            yield ((name, form.format(escape(value))),)


def given_logins(
    environment: Mapping[str, str], hints: Hints, domain: str = "example.com"
) -> Iterator[tuple[str, str]]:
    """Names and passwords of accounts that the service may have made by itself."""
    seen: dict[tuple[str, str], None] = dict.fromkeys(hints.logins)
    for variable, value in _secrets(environment):
        if not _PASSWORD_NAME.search(variable):
            continue
        prefix = re.split(r"_?(?:DEFAULT_?)?(?:PASSWORD|PASSWD|PASS)", variable, flags=re.IGNORECASE)[0]
        same = [v for n, v in environment.items() if n != variable and prefix and n.startswith(prefix) and v != value]
        plain = [word for word in words(prefix) if word not in ("default", "initial", "first")]
        for user in (*same, *plain, "admin", f"{plain[0] if plain else 'admin'}@{domain}"):
            seen[user, value] = None
    yield from list(seen)[:16]


def role_values(slots: Sequence[Slot], hints: Hints) -> list[dict[str, Json]]:
    """Fields of a sign-up that would give more rights, if the service lets anyone choose."""
    found: list[dict[str, Json]] = []
    for slot in slots:
        parts = words(slot.name)
        if slot.path[0] != "body" or len(slot.path) != 2:
            continue
        if parts[-1:] in (("role",), ("type",), ("kind",)) and ("role" in parts or {*parts} & {"user", "account"}):
            enum = slot.data_schema.get("enum")
            values = list(enum) if isinstance(enum, list) else list(hints.values.get(slot.name, ()))
            texts = [value for value in values if isinstance(value, str)] or ["admin"]
            found += [{slot.name: value} for value in sorted(texts, key=_rights)[:4]]
        elif {*parts} & {"admin", "staff", "superuser"} or parts[:2] in (("is", "admin"), ("is", "staff")):
            found.append({slot.name: True})
    return found


def with_token(way: Way, fact: Fact, form: tuple[str, str]) -> Identity:
    """The identity that shows the token of `fact`, which the way's last step got, in the header of `form`."""
    last = way.steps[-1]
    save = fact.save or Save(name="token", path="")
    save = save.model_copy(update={"name": "token"})
    steps = (*way.steps[:-1], last.model_copy(update={"saves": (save,)}))
    name, text = form
    return Identity(way.actor, steps, ((name, text.replace("{}", "${token}")),))


def with_cookies(way: Way) -> Identity:
    """The identity whose cookies the way's last step got; the player keeps and sends them."""
    return Identity(way.actor, way.steps)


def with_login(operation: Operation, sign_up: Way, scheme: str) -> Iterator[Identity]:
    """Who signed up that way, shown by name and password in each request (Basic, RFC 7617, or Digest, RFC 7616)."""
    texts = texts_of(sign_up.steps[-1].body)
    passwords = [name for name in texts if name in secret_names(operation) or {*words(name)} & SECRETS]
    users = named_for(operation, (USERNAME,))
    for name in sorted(texts, key=lambda name: (name not in users, "${unique}" not in texts[name])):
        if passwords and name not in passwords and ":" not in texts[name]:
            yield Identity(
                sign_up.actor, sign_up.steps, (("Authorization", f"{scheme} {texts[name]}:{texts[passwords[0]]}"),)
            )


def with_csrf(identity: Identity, cookie: str) -> Identity:
    """The identity sending back the CSRF token of that cookie, as browsers' scripts do."""
    if not identity.steps:
        return identity
    save = Save(name="csrf", where=ValueFrom.COOKIE, path=cookie)
    last = identity.steps[-1]
    steps = (*identity.steps[:-1], last.model_copy(update={"saves": (*last.saves, save)}))
    names = ("X-CSRFToken", "X-CSRF-Token", "X-XSRF-TOKEN")
    headers = (*identity.headers, *((name, "${csrf}") for name in names))
    return Identity(identity.actor, steps, headers)


def _secrets(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that can hold a caller's credential, those that say so first."""
    named = [(n, v) for n, v in environment.items() if _SECRET_NAME.search(n) and not _FOREIGN.search(n) and v]
    yield from sorted(named, key=lambda item: (not re.search("ADMIN|STAFF|API|ROOT|OWNER", item[0], re.I), item[0]))


def _said(operation: Operation) -> set[str]:
    symbol = operation.handler.symbol if operation.handler else None
    fixed = [part for part in operation.path.split("/") if "{" not in part][-2:]
    return {word for part in fixed for word in words(part)} | {*words((symbol or "").rsplit(".", 1)[-1])}


def _rights(value: str) -> int:
    """A role's place in the order to try: known privileges, then roles of the service's own trade, then everybody."""
    role = value.lower()
    if role in _PRIVILEGED:
        return _PRIVILEGED.index(role)
    return len(_PRIVILEGED) + (role in _ORDINARY)
