"""Asks a person for the constraints, and writes the answers down as crashworthy.toml."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from crashworthy.constraints.load import parse_constraints
from crashworthy.constraints.model import Constraints
from crashworthy.core.errors import CrashworthyError

# Asks one question; an empty answer leaves the constraint unstated.
Ask = Callable[[str], str]
# Tells the person that an answer was refused, and why.
Refuse = Callable[[str], None]


class Question(NamedTuple):
    """A question about one key of a table of crashworthy.toml."""

    table: str
    key: str
    text: str


_QUESTIONS = (
    Question("workload", "requests_per_s", "How many requests arrive per second, on average?"),
    Question("workload", "peak_requests_per_s", "And at peak?"),
    Question("workload", "concurrency", "How many requests can the service work on at once (its workers)?"),
    Question("objectives", "latency_ms", "Within how many milliseconds must a request be answered?"),
    Question("objectives", "availability", "Which share of requests must succeed, such as 0.999?"),
)
_OF_DEPENDENCY = (
    Question("dependencies", "latency_ms", "  How many milliseconds does it usually take?"),
    Question("dependencies", "jitter_ms", "  And how many more when it is slow?"),
    Question("dependencies", "availability", "  Which share of calls succeeds, such as 0.995?"),
    Question("dependencies", "timeout_ms", "  After how many milliseconds do you give up?"),
    Question("dependencies", "retries", "  How often do you try again?"),
)


def ask_constraints(ask: Ask, refuse: Refuse) -> Constraints:
    """Ask until everything is answered or left out. An answer that is no valid value is asked for again."""
    document: dict[str, Any] = {}
    for question in _QUESTIONS:
        _answer(document.setdefault(question.table, {}), question, ask, refuse)
    dependencies: list[dict[str, Any]] = []
    while name := ask("Name something the service calls (empty when there is no more):").strip():
        dependency: dict[str, Any] = {"name": name}
        for question in _OF_DEPENDENCY:
            _answer(dependency, question, ask, refuse)
        dependencies.append(dependency)
    operations: list[str] = []
    while operation := ask("Name an operation that may be sent twice, such as POST /orders (empty: no more):").strip():
        problem = _problem({"idempotent": [operation]})
        if problem is None:
            operations.append(operation)
        else:
            refuse(problem)
    return parse_constraints(to_toml({"idempotent": operations, **document, "dependencies": dependencies}))


def to_toml(document: Mapping[str, Any]) -> str:
    """A document of tables, arrays of tables and plain values as TOML. Empty ones are left out.

    JSON's way to write texts, numbers, booleans and arrays of them is also TOML's.
    """
    lines = [f"{key} = {_value(value)}" for key, value in document.items() if _is_plain(value) and value != []]
    for key, value in document.items():
        for table in [value] if isinstance(value, Mapping) else [] if _is_plain(value) else value:
            if table:
                header = f"[{key}]" if isinstance(value, Mapping) else f"[[{key}]]"
                lines += ["", header, *(f"{name} = {_value(each)}" for name, each in table.items())]
    return "\n".join(lines).strip() + "\n" if lines else ""


def _answer(table: dict[str, Any], question: Question, ask: Ask, refuse: Refuse) -> None:
    while answer := ask(question.text).strip():
        number = _number(answer)
        entry = {question.key: number}
        wrapped = [{"name": "it", **entry}] if question.table == "dependencies" else entry
        problem = f"{answer!r} is not a number" if number is None else _problem({question.table: wrapped})
        if problem is None:
            table.update(entry)
            return
        refuse(problem)


def _problem(document: Mapping[str, Any]) -> str | None:
    """What crashworthy.toml would say of these values, without its file and line."""
    try:
        parse_constraints(to_toml(document))
    except CrashworthyError as refusal:
        return refusal.message.split(": ", 1)[1]
    return None


def _number(answer: str) -> int | float | None:
    """The number that was meant; a comma is taken for a decimal point."""
    try:
        number = float(answer.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _is_plain(value: object) -> bool:
    return not isinstance(value, Mapping) and not (isinstance(value, list) and value and isinstance(value[0], Mapping))


def _value(value: object) -> str:
    # DEL is the one character that JSON leaves as it is and TOML does not take.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
