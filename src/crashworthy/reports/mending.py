"""How a weakness is mended, in one line for each report."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.weaknesses.catalogue import CATALOGUE


def mend_in_short(weakness_id: str) -> str:
    """The instruction with which the catalogue's `mend` begins; "" for a weakness that it does not know (any more)."""
    weakness = CATALOGUE.get(weakness_id)
    return weakness.mend_in_short if weakness is not None else ""


def more_about(weakness_id: str) -> str:
    """The command that prints the rest."""
    return f"crashworthy weakness {weakness_id}"


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text of the catalogue, and whether each stood between backquotes: those are code."""
    for place, piece in enumerate(text.split("`")):
        if piece:
            yield piece, place % 2 == 1
