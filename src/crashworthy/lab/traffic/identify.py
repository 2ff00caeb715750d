"""Trying identities where the service refuses a caller: its own tokens first, then what was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from crashworthy.core.history import Exchange, Response
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import (
    Headers,
    Identity,
    given_headers,
    given_logins,
    header_forms,
    is_identity,
    log_in_score,
    role_values,
    session_cookies,
    sign_up_score,
    token_facts,
    with_cookies,
    with_csrf,
    with_login,
    with_token,
)
from crashworthy.lab.traffic.autofill import USERNAME, named_for, secret_names
from crashworthy.lab.traffic.facts import Fact, slots_of
from crashworthy.lab.traffic.hints import Hints
from crashworthy.lab.traffic.knowledge import Knowledge
from crashworthy.lab.traffic.meanings import PASSWORD
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.openapi import SecurityScheme
from crashworthy.lab.traffic.session import Session, SetupFailedError, challenges, describe
from crashworthy.lab.traffic.successors import refused
from crashworthy.lab.traffic.template import escape
from crashworthy.lab.traffic.ways import bind, unique_text

_TRIES_PER_OPERATION = 24
# First character and number of digits, capital and small letters.
_KINDS = ((ord("0"), 10), (ord("A"), 26), (ord("a"), 26))
# Schemes whose credentials are made and not shown as they were given (RFC 7617, 7616, 4559).
_NOT_A_TOKEN = frozenset({"basic", "digest", "negotiate", "ntlm"})

_ANYBODYS = {
    "bearer": f"token-{unique_text('A')}",
    "basic": f"user{unique_text('A')}:{PASSWORD}",
    "digest": f"user{unique_text('A')}:{PASSWORD}",
}
# Schemes that show a name and a password.
_LOGINS = {"basic": "Basic", "digest": "Digest"}


class Identifier:
    """Offers identities and keeps what the service accepts."""

    def __init__(
        self,
        knowledge: Knowledge,
        schemes: Sequence[SecurityScheme],
        hints: Hints,
        environment: Mapping[str, str],
        credentials: Sequence[Headers],
        header_names: Sequence[str],
        *,
        signs_up: bool = True,
    ) -> None:
        self._knowledge = knowledge
        self._hints = hints
        self._environment = environment
        self._credentials = credentials
        self._schemes = schemes
        self._names = tuple(dict.fromkeys((*header_names, *hints.headers)))
        self._forms = header_forms(schemes, self._names)
        self._tokens: list[tuple[Way, Fact]] = []
        self._secrets: list[tuple[Way, Fact]] = []
        self._cookies: list[Way] = []
        self._csrf: str | None = None
        self._sign_up: tuple[Operation, Way] | None = None
        self._log_in: tuple[Operation, Way] | None = None
        self._tried: set[tuple[str, str]] = set()
        self._signs_up = signs_up
        self._challenge = ""
        self._login_schemes = dict.fromkeys(_LOGINS[each.kind] for each in schemes if each.kind in _LOGINS)
        for scheme in reversed(hints.schemes):
            self._expect(scheme)

    def offer(self, operation: Operation, way: Way, facts: Sequence[Fact], response: Response) -> None:
        """Look for proofs of identity in the answer to an operation that was reached."""
        if sign_up_score(operation) > 0 and self._sign_up is None and way.steps[-1].body is not None:
            self._sign_up = operation, way
        if log_in_score(operation) > 0:
            self._log_in = operation, way
        if way.actor not in ("A", "nobody"):
            return
        proofs = token_facts(facts, secretive=is_identity(operation))
        self._tokens += [(way, fact) for fact in proofs]
        if operation.method == "POST" and "{" not in operation.path and not way.steps[-1].headers:
            # Whoever asks without a proof of identity may be given one, whatever it is called.
            self._secrets += [(way, fact) for fact in token_facts(facts, secretive=True) if fact not in proofs]
        if session_cookies(response) and (is_identity(operation) or not self._cookies):
            self._cookies.append(way)

    @property
    def proofs(self) -> int:
        """How many answers were seen that may prove who is calling; more than before is a reason to ask again."""
        return len(self._tokens) + len(self._secrets) + len(self._cookies) + (self._sign_up is not None)

    def _expect(self, scheme: str) -> None:
        """Try this scheme before others."""
        if scheme.lower() in _LOGINS:
            self._login_schemes = dict.fromkeys((_LOGINS[scheme.lower()], *self._login_schemes))
        form = ("Authorization", f"{scheme} {{}}")
        if scheme.lower() not in _NOT_A_TOKEN and form not in self._forms[:1]:
            self._forms = [form, *(each for each in self._forms if each != form)]

    def find(
        self, operation: Operation, actor: str, step: Step, exchange: Exchange, session: Session
    ) -> tuple[Identity, Exchange | None] | None:
        """An identity that the service lets through where it refused `actor`, and the answer it got; or None."""
        status = exchange.response.status if exchange.response else 0
        for scheme in challenges(exchange):
            self._expect(scheme)
            self._challenge = scheme
        csrf = self._with_csrf(actor, exchange, session)
        if csrf is not None:
            return csrf, None
        if is_identity(operation):
            return None
        known = self._knowledge.identities
        wanted: list[tuple[str, Iterator[Identity]]] = []
        if "A" not in known:
            wanted.append(("A", self._users()))
        if "admin" not in known and (actor == "A" or not self._tokens):
            wanted.append(("admin", self._admins()))
        if actor == "admin":
            wanted.append(("admin", self._admins()))
        left = _TRIES_PER_OPERATION
        for name, candidates in wanted:
            for identity in candidates:
                # The same words of refusal mean the same check, and that it will refuse this identity again.
                key = (describe(exchange), f"{name}{identity.headers}{len(identity.steps)}{identity.steps[-1:]}")
                if key in self._tried or left <= 0:
                    continue
                self._tried.add(key)
                left -= 1
                answer = self._accepted(identity, step, status, session)
                if answer is not None:
                    return identity, answer
        return None

    def _accepted(self, identity: Identity, step: Step, status: int, session: Session) -> Exchange | None:
        """The answer when the identity shows itself, unless it is refused as well."""
        try:
            names = session.include(identity.steps)
        except SetupFailedError:
            # The failed step stays out of other ways: the explorer begins a new session for the next plan.
            session.abandon()
            return None
        carrier = bind(Step(operation="", method="GET", path="/", headers=identity.headers), names)
        replaced = {name.lower() for name, _ in carrier.headers}
        kept = tuple(pair for pair in step.headers if pair[0].lower() not in replaced and pair[0] != "Authorization")
        exchange = session.attempt(
            step.model_copy(update={"actor": identity.actor, "headers": (*kept, *carrier.headers)})
        )
        if exchange.response is None:
            return None
        # Known now, but without the right: still an identity.
        known_now = identity.actor == "A" and status == 401 and exchange.response.status == 403
        if refused(exchange):
            return exchange if known_now else None
        shown = step.model_copy(update={"actor": identity.actor})
        return None if self._says_nothing(exchange, shown, carrier.headers, session) else exchange

    def _says_nothing(self, exchange: Exchange, step: Step, shown: Headers, session: Session) -> bool:
        """Whether a made-up credential of the same form gets the same words, so that they are no welcome.

        Some libraries answer a credential that they cannot read with 400 or 422, not with 401, and what protects
        against forgery speaks before whoever looks at credentials. The control is the same actor's, cookies included.
        """
        if exchange.response is None or exchange.response.status < 400 or not shown:
            return False
        names = {name.lower() for name, _ in shown}
        sent = [(name, value) for name, value in exchange.request.headers if name.lower() in names]
        false = [(name, _made_up(value)) for name, value in sent]
        kept = tuple(pair for pair in step.headers if pair[0].lower() not in names)
        headers = (*kept, *((name, escape(value)) for name, value in false))
        control = session.attempt(step.model_copy(update={"headers": headers}))
        return _without(describe(exchange), sent) == _without(describe(control), false)

    def _users(self) -> Iterator[Identity]:
        yield from self._shown(self._tokens)
        for way in self._cookies:
            yield with_cookies(way)
        for operation, way in [self._sign_up] if self._sign_up is not None else ():
            for scheme in self._login_schemes:
                yield from with_login(operation, way, scheme)
        ids = [
            (way, fact)
            for way, fact in ((fact.way, fact) for fact in self._knowledge.facts)
            if self._sign_up and fact.operation.name == self._sign_up[0].name and fact.field == ("id",) and fact.save
        ]
        for name in self._names:
            if {*words(name)} & {"user", "customer", "account", "member"} and ids:
                yield with_token(*ids[0], (name, "{}"))
        yield from self._shown(self._secrets)
        if not self._signs_up and self._challenge.lower() in _ANYBODYS:
            # Some let in whoever shows anything: nobody can sign up, and the right to say who one is is asked for.
            yield Identity("A", (), (("Authorization", f"{self._challenge} {_ANYBODYS[self._challenge.lower()]}"),))

    def _shown(self, proofs: Sequence[tuple[Way, Fact]]) -> Iterator[Identity]:
        """Each proof in each form, those that are had in fewest steps first."""
        by_length = sorted(proofs, key=lambda item: len(item[0].steps))
        for form in self._forms:
            for way, fact in by_length:
                yield with_token(way, fact, form)

    def _admins(self) -> Iterator[Identity]:
        for headers in (*self._credentials, *given_headers(self._environment, self._schemes, self._names)):
            yield Identity("admin", (), headers)
        for name, password in given_logins(self._environment, self._hints):
            yield from self._logged_in(name, password)
            for scheme in self._login_schemes:
                yield Identity("admin", (), (("Authorization", f"{scheme} {escape(name)}:{escape(password)}"),))
        yield from self._with_rights()

    def _logged_in(self, name: str, password: str) -> Iterator[Identity]:
        """The login that is known, with another name and password."""
        user = self._knowledge.identities.get("A")
        if self._log_in is None or user is None:
            return
        operation, way = self._log_in
        last = next((step for step in reversed(user.steps) if step.operation == operation.name), way.steps[-1])
        if not isinstance(last.body, dict):
            return
        body: dict[str, Json] = dict(last.body)
        secrets, users = secret_names(operation), named_for(operation, (USERNAME,))
        for key in body:
            parts = {*words(key)}
            if key in secrets:
                body[key] = escape(password)
            elif key in users or parts & {"email", "username", "user", "login", "name", "mail", "identifier"}:
                body[key] = escape(name)
        if any(key for key in body if {*words(key)} == {"email"}) and "@" not in name:
            return
        step = last.model_copy(update={"actor": "admin", "body": body})
        way = Way(operation=operation.name, actor="admin", status=200, steps=(step,))
        fact = next((fact for _, fact in self._tokens if fact.operation.name == operation.name), None)
        if fact is not None and user.headers:
            header, text = user.headers[0]
            yield with_token(way, fact, (header, re.sub(r"\$\{\w+\}", "{}", text)))
        else:
            yield with_cookies(way)

    def _with_rights(self) -> Iterator[Identity]:
        """A sign-up that asks for more rights, where the service lets callers choose."""
        user = self._knowledge.identities.get("A")
        if self._sign_up is None or user is None:
            return
        operation, _ = self._sign_up
        for extra in role_values(slots_of(operation), self._hints):
            steps = tuple(
                step.model_copy(update={"body": {**step.body, **extra}})
                if step.operation == operation.name and isinstance(step.body, dict)
                else step
                for step in user.steps
            )
            yield Identity("A", steps, user.headers).of("admin")

    def _with_csrf(self, actor: str, exchange: Exchange, session: Session) -> Identity | None:
        """The same identity sending back a CSRF token, where the refusal speaks of one."""
        user = self._knowledge.identities.get(actor or "A")
        body = exchange.response.body.lower() if exchange.response else ""
        if user is None or self._csrf or not ("csrf" in body or "xsrf" in body):
            return None
        names = [
            name for name in session.player.cookies(user.actor) if "csrf" in name.lower() or "xsrf" in name.lower()
        ]
        if not names:
            return None
        self._csrf = names[0]
        return with_csrf(user, names[0])


def _made_up(value: str) -> str:
    """A credential of the same scheme, length and kinds of characters that nobody gave out."""
    scheme, space, secret = value.rpartition(" ")
    turned = "".join(
        chr((ord(each) - first + 7) % size + first) if first else each
        for each in secret
        for first, size in [next((kind for kind in _KINDS if kind[0] <= ord(each) < sum(kind)), (0, 0))]
    )
    return scheme + space + turned


def _without(text: str, credentials: Sequence[tuple[str, str]]) -> str:
    for _, value in credentials:
        text = text.replace(value.rpartition(" ")[2], "")
    return text
