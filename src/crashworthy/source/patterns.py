"""Regular expressions that backtrack without bound, and texts that make them do so.

A text is matched in more ways than one where a repetition stands in a repetition and both can take the same character
(`(\\w+\\s?)+`: twice the time per character more), or where two neighbours can (`\\d+\\d+`: four times the time for
twice the text); and all ways are tried when the match fails in the end. Weideman et al., "Analyzing Matching Time
Behavior of Backtracking Regular Expression Matchers" (2016), call these EDA and IDA.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser
from typing import Any, TypeAlias

_ALPHABET = frozenset(string.ascii_letters + string.digits + string.punctuation + " \t\n\x00é")
_PREFERRED = "a0 A-._@/"
_MANY = 20
_DEEPEST = 6

# What the parser of `re` makes: pairs of an operator and its argument.
Item: TypeAlias = tuple[Any, Any]


@dataclass(frozen=True)
class Pump:
    """`prefix`, `pump` many times, `suffix`: tried in exponentially many ways or, if not, in squarely many."""

    prefix: str
    pump: str
    suffix: str
    exponential: bool

    def text(self, times: int) -> str:
        """The text with so many repetitions."""
        return self.prefix + self.pump * times + self.suffix


@lru_cache(maxsize=1024)
def pumps(pattern: str) -> tuple[Pump, ...]:
    """Texts that make a pattern slow, the worst first; none for a pattern that is safe or cannot be read."""
    try:
        items = list(_parser.parse(pattern))
    except (re.error, RecursionError, OverflowError):
        return ()
    found = list(_within(items, "", ends=False))
    return tuple(sorted(dict.fromkeys(found), key=lambda each: not each.exponential))


def slow_patterns(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Slow patterns among the texts that calls are given, each with the line on which its call begins."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            for argument in call.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and pumps(argument.value):
                    yield call.lineno, argument.value


CHOSEN = Pump("", ".*", "(?!)", exponential=True)
"""As a pattern, not as a text for one: so many loops share the characters of whatever it is matched with, in vain."""

_MATCHING = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})


def open_patterns(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of `re` whose pattern is put together or comes from elsewhere, and went through no `re.escape`."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not call.args:
            continue
        pattern = call.args[0]
        is_of_re = call.func.attr in _MATCHING and ast.unparse(call.func.value) in ("re", "regex")
        is_constant = isinstance(pattern, ast.Constant) or (isinstance(pattern, ast.Name) and pattern.id.isupper())
        if is_of_re and not is_constant and "escape(" not in ast.unparse(pattern):
            yield call


def _within(items: Sequence[Item], before: str, *, ends: bool, depth: int = 0) -> Iterator[Pump]:
    """Pumps of a sequence; `before` is a text that leads to it, `ends` whether what follows can fail."""
    if depth > _DEEPEST:
        return
    for index, (operator, argument) in enumerate(items):
        rest = items[index + 1 :]
        can_fail = ends or any(_must_match(item) for item in rest)
        if _is_loop(operator, argument) and can_fail:
            yield from _nested(argument[2], before, rest)
            yield from _neighbours((operator, argument), before, rest, ends=ends)
        for inner in _bodies(operator, argument):
            yield from _within(inner, before, ends=can_fail, depth=depth + 1)
        before += _shortest(operator, argument)


def _nested(body: Sequence[Item], before: str, rest: Sequence[Item]) -> Iterator[Pump]:
    """A loop whose body holds a loop, where a run of one character can be cut into rounds in many ways."""
    flat = _flat(body)
    for position, (operator, argument) in enumerate(flat):
        if not _is_loop(operator, argument):
            continue
        chars = _chars_of(argument[2])
        for other_position, (other, value) in enumerate(flat):
            if other_position != position and not _is_optional(other, value):
                chars &= _chars_of([(other, value)])
        for char in _pick(chars):
            yield Pump(before, char, _stranger(_chars_of(body), rest), exponential=True)


def _neighbours(loop: Item, before: str, rest: Sequence[Item], *, ends: bool) -> Iterator[Pump]:
    """A second loop behind the first, with nothing between them that tells where one ends."""
    chars = _taken_alone(loop[1][2])
    for index, (operator, argument) in enumerate(rest):
        if _is_loop(operator, argument):
            shared = chars & _taken_alone(argument[2])
            later = rest[index + 1 :]
            if shared and (ends or any(_must_match(item) for item in later)):
                for char in _pick(shared):
                    yield Pump(before, char, _stranger(shared, later), exponential=False)
            return
        if not _is_optional(operator, argument):
            return


def _taken_alone(body: Sequence[Item]) -> frozenset[str]:
    """Characters of which a loop takes a run, however long, without any other."""
    flat = _flat(body)
    needed = [_chars_of([item]) for item in flat if not _is_optional(*item)]
    return frozenset.intersection(*needed) if needed else _chars_of(flat)


def _is_loop(operator: Any, argument: Any) -> bool:
    return operator in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[1] >= _MANY


def _is_optional(operator: Any, argument: Any) -> bool:
    return operator is sre.AT or (operator in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[0] == 0)


def _must_match(item: Item) -> bool:
    """Whether a match can fail there."""
    operator, argument = item
    if operator is sre.AT:
        return argument in (sre.AT_END, sre.AT_END_STRING)
    return not _is_optional(operator, argument)


def _flat(items: Sequence[Item]) -> list[Item]:
    """The items with groups opened."""
    found: list[Item] = []
    for operator, argument in items:
        found += _flat(list(argument[-1])) if operator is sre.SUBPATTERN else [(operator, argument)]
    return found


def _bodies(operator: Any, argument: Any) -> Iterator[list[Item]]:
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        yield list(argument[2])
    elif operator is sre.SUBPATTERN:
        yield list(argument[-1])
    elif operator is sre.BRANCH:
        yield from (list(branch) for branch in argument[1])


def _chars_of(items: Sequence[Item]) -> frozenset[str]:
    """Characters that any part of a sequence can take; what is not understood takes none."""
    found: frozenset[str] = frozenset()
    for operator, argument in items:
        if operator is sre.LITERAL:
            found |= {chr(argument)}
        elif operator is sre.NOT_LITERAL:
            found |= _ALPHABET - {chr(argument)}
        elif operator is sre.ANY:
            found |= _ALPHABET - {"\n"}
        elif operator is sre.IN:
            found |= _in(argument)
        else:
            for inner in _bodies(operator, argument):
                found |= _chars_of(inner)
    return found


def _in(parts: Sequence[Item]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for operator, argument in parts:
        if operator is sre.LITERAL:
            found |= {chr(argument)}
        elif operator is sre.RANGE:
            found |= {char for char in _ALPHABET if argument[0] <= ord(char) <= argument[1]}
        elif operator is sre.CATEGORY:
            found |= _CATEGORIES.get(argument, frozenset())
    return _ALPHABET - found if parts and parts[0][0] is sre.NEGATE else found


def _category(letter: str) -> frozenset[str]:
    return frozenset(char for char in _ALPHABET if re.match(rf"\{letter}", char))


_CATEGORIES = {
    sre.CATEGORY_DIGIT: _category("d"),
    sre.CATEGORY_NOT_DIGIT: _category("D"),
    sre.CATEGORY_SPACE: _category("s"),
    sre.CATEGORY_NOT_SPACE: _category("S"),
    sre.CATEGORY_WORD: _category("w"),
    sre.CATEGORY_NOT_WORD: _category("W"),
}


def _pick(chars: frozenset[str]) -> list[str]:
    """One character of a set, an ordinary one where there is one."""
    ordinary = [char for char in _PREFERRED if char in chars]
    return (ordinary or sorted(chars))[:1]


def _stranger(taken: frozenset[str], rest: Sequence[Item]) -> str:
    """A character that neither the loop nor what follows takes, so that the match fails at the end."""
    strange = _ALPHABET - taken - _chars_of(rest)
    found = next((char for char in "!~ \x00" if char in strange), min(strange, default="!"))
    # `$` matches before a line break at the end, but not before two.
    return found * 2 if found == "\n" else found


def _shortest(operator: Any, argument: Any) -> str:
    """A short text that an item takes."""
    if operator in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
        return "".join(_pick(_chars_of([(operator, argument)])))
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        rounds: int = min(argument[0], _MANY)
        return "".join(_shortest(*item) for item in argument[2]) * rounds
    if operator is sre.BRANCH:
        return "".join(_shortest(*item) for item in argument[1][0])
    return "".join(_shortest(*item) for inner in _bodies(operator, argument) for item in inner)
