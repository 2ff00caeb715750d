"""How a task's wording becomes numbers: the same way when the prior is fitted and when it is asked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise

BITS = 16
_WORD = re.compile(r"[a-z0-9]+")
_PIECES = (4, 5)


def weights_of(text: str) -> dict[int, float]:
    """Hashed words, pairs of words and pieces of words, 2^16 places, scaled by 1/√(number of features).

    CRC-32 spreads well, is in the standard library, and gives the same place on every machine. Two features that
    fall on one place add up.
    """
    features = {*_phrases(text), *_pieces(text)}
    scale = len(features) ** -0.5 if features else 0.0
    places: dict[int, float] = {}
    for feature in features:
        place = zlib.crc32(feature.encode()) & ((1 << BITS) - 1)
        places[place] = places.get(place, 0.0) + scale
    return places


def phrases(text: str) -> set[bytes]:
    """The words and pairs of neighbouring words, by which it is judged how familiar a wording is."""
    return {phrase.encode() for phrase in _phrases(text)}


def _phrases(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    yield from (f"w {word}" for word in words)
    yield from (f"b {one} {other}" for one, other in pairwise(words))


def _pieces(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.lower()):
        edged = f"^{word}$"
        for length in _PIECES:
            yield from (f"c {edged[start : start + length]}" for start in range(len(edged) - length + 1))
