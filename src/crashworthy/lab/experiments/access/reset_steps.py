"""The two steps of a reset: the request that asks for a new password, and the one that sets it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.accounts import Account, account, is_password
from crashworthy.lab.experiments.access.callers import NOBODY
from crashworthy.lab.experiments.access.neighbours import derived, neighbours
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.template import pointer_of
from crashworthy.lab.traffic.ways import as_actor, is_personal

TOKEN = "reset_token"  # noqa: S105 - the name of a saved value
FIRST, SECOND = "N3w-${unique}1zqA", "0ther-${unique}1zqB"
"""Passwords that are set."""

_ASKS = word_set("forgot forgotten forget reset recover recovery lost")
_TAKES = _ASKS | word_set("password confirm verify")
_TOKENS = word_set("token code otp key secret ticket hash link")
_IDENTIFIERS = word_set("email mail username user login account identifier phone name")
_IN_LINK = re.compile(
    r"[?&/#][\w-]*(?:token|code|key|reset)[\w-]*[=/](?!(?:token|code|key|reset|password)\b)([A-Za-z0-9_.~%-]{4,})",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"[A-Za-z_.-]*\d{1,12}")
_WORD = re.compile(r"[A-Za-z0-9_.~-]{4,}")


@dataclass(frozen=True)
class Reset:
    """Both operations of a service, and the account they are tried on."""

    owner: Account
    ask: Operation
    take: Operation

    def asking(self, save: Save | None) -> Step:
        """Nobody asks for a new password for A's account."""
        return self._filled(self.ask, "", saves=(save,) if save else ())

    def taking(self, password: str) -> Step:
        """Nobody sets the password with what was saved as `TOKEN`."""
        return self._filled(self.take, password)

    def of_another(self) -> Reset | None:
        """The same for an account of B's; None where B would be the same user."""
        steps = (*self.owner.made, self.owner.login)
        if not is_personal(steps):
            return None
        way = Way(operation=steps[-1].operation, status=200, steps=steps)
        *made, login = as_actor(way, "B").steps
        return Reset(Account(tuple(made), login), self.ask, self.take)

    def _filled(self, operation: Operation, password: str, saves: tuple[Save, ...] = ()) -> Step:
        def value(name: str) -> str:
            if is_password(name) or {*words(name)} & {"confirm", "confirmation", "repeat"}:
                return password
            if {*words(name)} & _TOKENS:
                return f"${{{TOKEN}}}"
            return _identifier(self.owner, name)

        query = [(p.name, value(p.name)) for p in operation.parameters if p.where is ParameterIn.QUERY and p.required]
        path = re.sub(r"\{([^}:]+)[^}]*\}", lambda match: value(match[1]), operation.path)
        body: Json = {name: value(name) for name in _fields(operation)} if operation.body else None
        return Step(
            actor=NOBODY,
            operation=operation.name,
            method=operation.method,
            path=path,
            query=tuple(query),
            content_type=operation.body.content_type if operation.body else None,
            body=body,
            saves=saves,
        )


def guess(word: str, own: Sequence[str], other: Sequence[str]) -> str | None:
    """What sets the other's password, where `word` sets one's own; None where the word tells nothing of it.

    `own` and `other` are the texts with which each was asked for, the other's after one's own.
    """
    for mine, theirs in zip(own, other, strict=False):
        found = derived(word, mine, theirs) if mine != theirs else None
        if found is not None:
            return found
    return next((text for text, _ in neighbours(word, (), 1)), None) if _COUNTED.fullmatch(word) else None


def reset_of(lab: Lab) -> Reset | None:
    """How passwords are reset; None where it is not seen, or no login is known."""
    owner = account(lab)
    ask = next((each for each in lab.operations if _is_ask(each)), None)
    take = next((each for each in lab.operations if _is_take(each)), None)
    return Reset(owner, ask, take) if owner and ask and take else None


def told(answer: Json, sent: Sequence[str]) -> Iterator[Save]:
    """What in an answer may set the password: words that were not sent, those with a telling name or in links first."""
    found = [(path, text) for path, text in _leaves(answer, ()) if not any(each and each in text for each in sent)]
    links = [(path, text) for path, text in _leaves(answer, ()) if _IN_LINK.search(text)]
    for path, _ in links:
        yield Save(name=TOKEN, path=pointer_of(path), pattern=_IN_LINK.pattern)
    found.sort(key=lambda each: not {*words(str(each[0][-1]) if each[0] else "")} & _TOKENS)
    for path, text in found:
        if _WORD.fullmatch(text):
            yield Save(name=TOKEN, path=pointer_of(path))


def delivered(text: str) -> Iterator[str]:
    """What in a mail or a printed line may set the password: what links hold, then words with digits by length."""
    yield from (match[1] for match in _IN_LINK.finditer(text))
    yield from sorted({w for w in _WORD.findall(text) if any(c.isdigit() for c in w)}, key=len, reverse=True)


def _is_ask(operation: Operation) -> bool:
    names = _fields(operation)
    return (
        operation.method == "POST"
        and bool({*path_words(operation.path)} & _ASKS)
        and not any(is_password(name) for name in names)
        and any({*words(name)} & _IDENTIFIERS for name in names)
        and not any({*words(name)} & _TOKENS for name in names)
    )


def _is_take(operation: Operation) -> bool:
    names = _fields(operation)
    others = [each.name for each in operation.parameters]
    return (
        operation.method in ("POST", "PUT", "PATCH")
        and bool({*path_words(operation.path)} & _TAKES)
        and any(is_password(name) for name in names)
        and any({*words(name)} & _TOKENS for name in (*names, *others))
    )


def _fields(operation: Operation) -> tuple[str, ...]:
    known = operation.body.data_schema.get("properties") if operation.body else None
    return tuple(known) if isinstance(known, dict) else ()


def _identifier(owner: Account, name: str) -> str:
    """What A was signed up with under that name, or the address or name that A logs in with."""
    known = {
        key: value
        for step in (owner.login, *owner.made)
        if isinstance(step.body, dict)
        for key, value in step.body.items()
        if isinstance(value, str) and not is_password(key)
    }
    if name in known:
        return known[name]
    if {*words(name)} & {"email", "mail"}:
        return next((value for value in known.values() if "@" in value), "")
    return next(iter(known.values()), "")


def _leaves(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _leaves(below, (*path, index))
