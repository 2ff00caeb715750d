"""Reads what a person or a job does out of a file: a job description or a list of tasks, as text, Markdown or PDF.

A line may say how much of the time it takes, as "30 % Review changes" or "Review changes: 12 h". What is a heading, or
introduces a list, is left out; sentences of a paragraph count as lines. Where a posting has a section on what is done,
that alone is read; what is asked for and what is offered is nobody's task.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import NamedTuple

from crashworthy.core.errors import CrashworthyError

MOST_BYTES = 5_000_000
_MOST_PAGES = 50
_SHORTEST_WORDS = 2
_LONGEST = 400

_BULLET = re.compile(r"^\s*(?:[-*+\u2022\u25aa\u25cf\u25e6\u2013]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|.*:\s*$)")
_DUTIES = re.compile(
    r"^(your |key |main |core |the |primary |day.to.day )*(responsibilities|duties|tasks|role|job|you will|"
    r"what (you|you.ll|you will) (do|be doing|work on|own)|in this role(,? you will)?|a typical (day|week))$",
    re.I,
)
_NO_DUTIES = re.compile(
    r"^(about (us|you|the (company|team))|who (we|you) are|(minimum |preferred |basic )?(requirements|qualifications)|"
    r"skills|what (we|you) (offer|bring|need|look for|are looking for|get|have)|what we.re looking for|benefits|"
    r"perks.*|nice to have|bonus points|we offer|how to apply|compensation.*|salary.*|education|your profile|"
    r"equal opportunity.*)$",
    re.I,
)
_MARKUP = re.compile(r"\*\*|__|`|\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z])")
_AMOUNT = r"(\d{1,3}(?:[.,]\d)?)\s*(%|percent\b|h\b|hours?\b)(?:\s*(?:/|per|a)\s*week)?"
_BEFORE = re.compile(rf"^\s*{_AMOUNT}\s*[:,;\u2013-]?\s+", re.I)
_AFTER = re.compile(rf"\s*(?:[:,;|(\u2013-]\s*)?{_AMOUNT}\)?\s*$", re.I)


class Duty(NamedTuple):
    """One thing that somebody does. `amount`: in percent of the time; None where the file says none."""

    text: str
    amount: float | None = None


def read_duties(file: Path) -> tuple[Duty, ...]:
    """The duties in a file. CrashworthyError when it cannot be read or holds none."""
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise CrashworthyError(f"{file} cannot be read: {problem.strerror}") from None
    if len(content) > MOST_BYTES:
        raise CrashworthyError(f"{file} is larger than {MOST_BYTES // 1_000_000} MB", remedy="Give the text alone.")
    text = _text_of_pdf(content, file) if content[:5] == b"%PDF-" else _decoded(content, file)
    duties = duties_of(text)
    if not duties:
        raise CrashworthyError(
            f"{file} holds no line that says what somebody does",
            remedy="Write one task per line; a scanned PDF has no text to read.",
        )
    return duties


def duties_of(text: str) -> tuple[Duty, ...]:
    """The duties in a text: its list entries where it has a list, and its sentences where not."""
    lines = _of_duties([line for line in text.splitlines() if line.strip()])
    listed = [line for line in lines if _BULLET.match(line)]
    # A job description lists what is done; the prose around it praises the company.
    chosen = listed if len(listed) >= _A_LIST else [line for line in lines if not _HEADING.match(line)]
    parts = [part for line in chosen for part in _SENTENCE.split(_plain(line))]
    return tuple(duty for part in parts if (duty := _duty(part)) is not None)


_A_LIST = 3


def _of_duties(lines: list[str]) -> list[str]:
    """The lines of sections on what is done; without such a section, all but those on something else."""
    inside, rest = list[str](), list[str]()
    section: list[str] | None = rest
    for line in lines:
        name = _plain(line).strip("#: ")
        if _DUTIES.match(name):
            section = inside
        elif _NO_DUTIES.match(name):
            section = None
        elif section is not None:
            section.append(line)
    return inside or rest


def _plain(line: str) -> str:
    return _MARKUP.sub(lambda match: match[1] or "", _BULLET.sub("", line)).strip()


def _duty(part: str) -> Duty | None:
    found = _BEFORE.search(part) or _AFTER.search(part)
    amount = _percent(found[1], found[2]) if found else None
    text = (part[: found.start()] + part[found.end() :] if found else part).strip(" .;,:-\u2013")[:_LONGEST]
    return Duty(text, amount) if len(text.split()) >= _SHORTEST_WORDS else None


def _percent(number: str, unit: str) -> float:
    """Of the time; hours are of a week of 40, which matters only beside percents."""
    return float(number.replace(",", ".")) * (100 / _HOURS_PER_WEEK if unit.lower().startswith("h") else 1)


_HOURS_PER_WEEK = 40


def _decoded(content: bytes, file: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CrashworthyError(f"{file} is neither text in UTF-8 nor a PDF") from None


def _text_of_pdf(content: bytes, file: Path) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = PdfReader(io.BytesIO(content)).pages[:_MOST_PAGES]
        return "\n".join(page.extract_text() for page in pages)
    except (PyPdfError, ValueError, KeyError) as problem:
        raise CrashworthyError(f"{file} is a PDF that cannot be read: {problem}") from None
