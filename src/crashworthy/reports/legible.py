"""Makes text of a hostile service safe to show: nothing that cannot be seen, and nothing without end."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from pydantic import BaseModel

from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport

LONGEST_TEXT = 8_000
"""Characters of one text in a report for people. The run's histories and the JSON report hold all of it."""

MOST_EXCHANGES = 60
MOST_EVENTS = 400

_ModelT = TypeVar("_ModelT", bound=BaseModel)

# Controls but tab and line feed (terminals obey them), line and paragraph separators, marks that turn the direction of
# writing around or have no width (they disguise), lone surrogates and non-characters (not encodable, not XML).
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U000e0000-\U000e007f\U0010fffe\U0010ffff]"
)

_SURROGATES = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""The text with what cannot be seen written as an escape such as `\x1b` or `\u202e`; tabs and lines stay."""
    return _UNSEEN.sub(_escape, text.replace("\r\n", "\n"))


def clip(text: str, limit: int) -> str:
    """At most about `limit` characters, and how many more there were."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def one_line(text: str, limit: int) -> str:
    """The text as one line of at most `limit` characters; "…" where it was cut."""
    # Whatever can be shown of a text without end is at its beginning.
    line = " ".join(visible(text[: 20 * limit]).split())
    return line if len(line) <= limit else line[: max(limit - 1, 0)] + "…"


def legible(report: RunReport) -> RunReport:
    """The report as renderers for people take it: every text visible and bounded, and long trials cut."""
    short = report.model_copy(update={"proofs": tuple(map(_cut, report.proofs))})
    return rewritten(short, lambda text: visible(clip(text, LONGEST_TEXT)))


def encodable(text: str) -> str:
    r"""The text with lone surrogates, which no encoding has, written as escapes such as `\ud800`."""
    return _SURROGATES.sub(_escape, text)


def rewritten(model: _ModelT, write: Callable[[str], str]) -> _ModelT:
    """The same value with `write` applied to every text in it, and 0 for numbers that JSON does not have."""
    return type(model).model_validate(_rewrite(model.model_dump(), write))


def plural(number: int, noun: str) -> str:
    """`1 trial`, `2 trials`, `1,204 trials`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _cut(proof: Proof) -> Proof:
    trial = proof.trial
    if len(trial.exchanges) <= MOST_EXCHANGES and len(trial.events) <= MOST_EVENTS:
        return proof
    short = {"exchanges": trial.exchanges[:MOST_EXCHANGES], "events": trial.events[:MOST_EVENTS]}
    return proof.model_copy(update={"trial": trial.model_copy(update=short)})


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _rewrite(value: object, write: Callable[[str], str]) -> object:
    match value:
        case Enum():
            return value
        case str():
            return write(value)
        case dict():
            return {_rewrite(key, write): _rewrite(each, write) for key, each in value.items()}
        case list() | tuple():
            return [_rewrite(each, write) for each in value]
        case float() if not math.isfinite(value):
            return 0.0
        case _:
            return value
