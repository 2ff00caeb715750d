"""Lessons: what recorded requests teach about the operations of a service."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crashworthy.core.operation import Operation
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import is_identity
from crashworthy.lab.traffic.hints import Hints
from crashworthy.lab.traffic.lessons.headers import Headers, basic_login, credentials, inputs, secret_texts
from crashworthy.lab.traffic.lessons.matching import Matcher
from crashworthy.lab.traffic.lessons.recorded import OPEN, Recorded, is_open
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import body_value, pointer_of

Path = tuple[str, ...]

_EXAMPLES = 4
_MOST_BEFORE = 4
_MAX_LEAVES = 400
# Shorter texts and smaller numbers are equal by chance.
_LEAST_TEXT, _LEAST_NUMBER = 6, 1000
_LEAST_SECRET = 6
_PASSWORD = frozenset({"password", "passwd", "pwd", "passphrase", "secret"})
_USER = frozenset({"user", "username", "email", "mail", "login", "name", "identifier", "account"})
_ELSEWHERE = "{{answer}}"
"""Takes the place of a value that an earlier answer gave: the driver takes it from its own answer."""


@dataclass(frozen=True)
class Example:
    """One recorded request of an operation.

    `values` are by slot path ("path", "query" or "header" and the name); `body` is whole. Open texts are left in.
    `known` are header credentials. `before` names operations that the recording had before it and that change
    something.
    """

    values: Mapping[Path, Json] = field(default_factory=dict)
    body: Json = None
    content_type: str | None = None
    known: Headers = ()
    before: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Lessons:
    """What was learned. The default has learned nothing.

    `examples` are by operation. `flows` lead from an input, operation and slot path, to where its value came from:
    operation and JSON Pointer into the answer. `credentials` are header sets; `logins` names and passwords. `things`
    are values by field name. `secrets` are texts that no report may show. `notes` are for people.
    """

    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)
    flows: Mapping[tuple[str, Path], frozenset[tuple[str, str]]] = field(default_factory=dict)
    credentials: tuple[Headers, ...] = ()
    logins: tuple[tuple[str, str], ...] = ()
    things: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def hints(self, read: Hints) -> Hints:
        """What the source says, and what these lessons add."""
        names = [name for shown in self.credentials for name, _ in shown if name.lower() != "authorization"]
        things = {name: (*read.things.get(name, ()), *values) for name, values in self.things.items()}
        return replace(
            read,
            headers=tuple(dict.fromkeys((*read.headers, *names))),
            logins=tuple(dict.fromkeys((*self.logins, *read.logins))),
            things={**read.things, **things},
        )


NOTHING_LEARNED = Lessons()


def lessons_from(requests: Sequence[Recorded], operations: Sequence[Operation], *, private: bool = True) -> Lessons:
    """Lessons of requests in the order in which they were made; `private` ones hold secrets."""
    learner = _Learner(operations)
    for request in requests:
        learner.learn(request)
    secrets = {text for request in requests for text in _secrets(request)} if private else set()
    notes = []
    if learner.strangers:
        names = ", ".join(list(learner.strangers)[:5])
        notes.append(f"recorded requests that fit no known operation: {names}")
    return Lessons(
        examples={name: _best(found) for name, found in learner.examples.items()},
        flows={slot: frozenset(sources) for slot, sources in learner.flows.items()},
        credentials=tuple(learner.credentials),
        logins=tuple(learner.logins),
        things={name: tuple(values)[:12] for name, values in learner.things.items()},
        secrets=frozenset(text for text in secrets if len(text) >= _LEAST_SECRET),
        notes=tuple(notes),
    )


def joined(parts: Iterable[Lessons]) -> Lessons:
    """Several lessons as one; earlier ones come first."""
    examples: dict[str, tuple[Example, ...]] = {}
    flows: dict[tuple[str, Path], frozenset[tuple[str, str]]] = {}
    things: dict[str, tuple[Json, ...]] = {}
    collected = list(parts)
    for each in collected:
        for name, found in each.examples.items():
            examples[name] = tuple(_unlike((*examples.get(name, ()), *found)))[: 2 * _EXAMPLES]
        for slot, sources in each.flows.items():
            flows[slot] = flows.get(slot, frozenset()) | sources
        for name, values in each.things.items():
            things[name] = (*things.get(name, ()), *values)
    return Lessons(
        examples,
        flows,
        tuple(dict.fromkeys(each for part in collected for each in part.credentials)),
        tuple(dict.fromkeys(each for part in collected for each in part.logins)),
        things,
        frozenset().union(*(part.secrets for part in collected)),
        tuple(note for part in collected for note in part.notes),
    )


class _Learner:
    """Takes requests one by one."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._matcher = Matcher(operations)
        self.examples: dict[str, list[tuple[bool, Example]]] = defaultdict(list)
        self.flows: dict[tuple[str, Path], set[tuple[str, str]]] = defaultdict(set)
        self.credentials: dict[Headers, None] = {}
        self.logins: dict[tuple[str, str], None] = {}
        self.things: dict[str, dict[Json, None]] = defaultdict(dict)
        self.strangers: dict[str, None] = {}
        self._before: dict[str, list[str]] = defaultdict(list)
        # Where an open name, or a value that cannot be there by chance, comes from.
        self._names: dict[str, tuple[str, str]] = {}
        self._answered: dict[str, tuple[str, str]] = {}

    def learn(self, request: Recorded) -> None:
        """Take in one request that came after all before it."""
        found = self._matcher.find(request.method, request.path)
        if found is None:
            if request.method not in ("HEAD", "OPTIONS", "TRACE", "CONNECT") and not request.refused:
                self.strangers[f"{request.method} {request.path}"] = None
            return
        operation, parameters = found
        values = self._values(operation, request, parameters)
        body = self._own(operation.name, ("body",), request.body)
        shown = self._shown(request)
        before = self._before[request.sequence]
        example = Example(
            values, body, request.content_type, shown, tuple(n for n in before if n != operation.name), request.origin
        )
        self.examples[operation.name].append((not request.refused, example))
        if request.refused:
            return
        self._identities(request, shown)
        self._remember(operation, request, body)

    def _values(self, operation: Operation, request: Recorded, parameters: Mapping[str, str]) -> dict[Path, Json]:
        given: dict[Path, Json] = {("path", name): _number(text) for name, text in parameters.items()}
        for name, text in request.query:
            path = ("query", name)
            earlier = given.get(path)
            given[path] = text if earlier is None else [*(earlier if isinstance(earlier, list) else [earlier]), text]
        for name, value in inputs(request.headers).items():
            given["header", name] = _ELSEWHERE if value is None else value
        return {path: self._own(operation.name, path, value) for path, value in given.items()}

    def _own(self, operation: str, path: Path, value: Json) -> Json:
        """The value, with what came from an earlier answer taken out and noted as a flow."""
        if isinstance(value, dict):
            return {name: self._own(operation, (*path, name), below) for name, below in value.items()}
        if isinstance(value, list):
            return [self._own(operation, path, below) for below in value]
        source = self._answered.get(repr(value)) if not isinstance(value, bool) else None
        if isinstance(value, str) and (variable := OPEN.fullmatch(value)):
            source = self._names.get(variable[0][2:-2].strip())
        if source is None:
            return value
        if source[0] != operation:
            self.flows[operation, path].add(source)
        return _ELSEWHERE

    def _shown(self, request: Recorded) -> Headers:
        """Credentials that were there from the start; a token that an answer gave is the driver's to find."""
        return tuple(
            (name, value)
            for name, value in credentials(request.headers)
            if repr(value) not in self._answered and repr(value.rpartition(" ")[2]) not in self._answered
        )

    def _identities(self, request: Recorded, shown: Headers) -> None:
        if shown:
            self.credentials[shown] = None
        login = basic_login(request)
        if login is not None:
            self.logins[login] = None
        self.logins.update(dict.fromkeys(_logins(request.body)))

    def _remember(self, operation: Operation, request: Recorded, body: Json) -> None:
        if not operation.is_safe and operation.method != "DELETE" and not is_identity(operation):
            before = self._before[request.sequence]
            if operation.name not in before:
                self._before[request.sequence] = [*before, operation.name][-_MOST_BEFORE:]
        for path, value in _leaves(body):
            name = next((part for part in reversed(path) if isinstance(part, str)), "")
            if name and isinstance(value, str | int) and not isinstance(value, bool) and not is_open(value):
                self.things[name][value] = None
        for name, pointer in request.sets.items():
            self._names[name] = (operation.name, pointer)
        if request.answer is None:
            return
        sent = {repr(value) for _, value in _leaves(request.body)}
        for path, value in _leaves(body_value(request.answer)):
            long = isinstance(value, str) and len(value) >= _LEAST_TEXT
            large = isinstance(value, int) and not isinstance(value, bool) and value >= _LEAST_NUMBER
            if (long or large) and repr(value) not in sent:
                self._answered.setdefault(repr(value), (operation.name, pointer_of(path)))


def _leaves(value: Json) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Scalars with their paths; of a list the first element only."""
    stack: list[tuple[tuple[str | int, ...], Json]] = [((), value)]
    left = _MAX_LEAVES
    while stack and left:
        left -= 1
        at, item = stack.pop()
        if isinstance(item, dict):
            stack += [((*at, name), below) for name, below in reversed(item.items())]
        elif isinstance(item, list):
            stack += [((*at, 0), item[0])] if item else []
        elif item is not None:
            yield at, item


def _logins(body: Json) -> Iterator[tuple[str, str]]:
    """A user's name and password that stand together in a body."""
    if not isinstance(body, dict):
        return
    texts = [(frozenset(words(name)), value) for name, value in body.items() if isinstance(value, str) and value]
    passwords = [value for name, value in texts if name & _PASSWORD and not is_open(value)]
    users = [value for name, value in texts if name & _USER and not name & _PASSWORD and not is_open(value)]
    for password in passwords[:1]:
        for user in users[:2]:
            yield user, password


def _secrets(request: Recorded) -> Iterator[str]:
    yield from secret_texts(request)
    for path, value in _leaves(request.body):
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(value, str) and (frozenset(words(name)) & (_PASSWORD | {"token", "key", "pin", "otp"})):
            yield value
    for name, value in request.query:
        if re.search(r"key|token|secret|signature|passw", name, re.IGNORECASE):
            yield value


def _best(found: Sequence[tuple[bool, Example]]) -> tuple[Example, ...]:
    """Examples that are unlike, none that was refused if others were not."""
    good = [example for accepted, example in found if accepted]
    return tuple(_unlike(good))[:_EXAMPLES]


def _unlike(examples: Iterable[Example]) -> Iterator[Example]:
    seen: set[str] = set()
    for example in examples:
        content = repr((example.values, example.body, example.content_type))
        if content not in seen:
            seen.add(content)
            yield example


def _number(text: str) -> Json:
    return int(text) if re.fullmatch(r"0|[1-9]\d{0,17}", text) else text
