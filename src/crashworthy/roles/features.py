"""How a task's wording becomes numbers: the same way when the prior is fitted and when it is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

BITS = 16
_LAST = (1 << BITS) - 1
_WORD = re.compile(r"[a-z0-9]+")
_PIECES = (4, 5)


def places_of(text: str) -> tuple[list[int], float]:
    """Where the features of a text fall among 2^16 places, and what each weighs: 1/√(number of features).

    Features are hashed words, pairs of words and pieces of words. CRC-32 spreads well, is in the standard library, and
    gives the same place on every machine. Two features that fall on one place stand there twice.
    """
    words = _WORD.findall(text.lower())
    features = {phrase: crc32(phrase.encode()) & _LAST for phrase in _phrases(words)}
    for word in set(words):
        features |= _pieces(word)
    return list(features.values()), len(features) ** -0.5 if features else 0.0


def weights_of(text: str) -> dict[int, float]:
    """The same as weights by place."""
    places, scale = places_of(text)
    return {place: count * scale for place, count in Counter(places).items()}


def phrases(text: str) -> set[bytes]:
    """The words and pairs of neighbouring words, by which it is judged how familiar a wording is."""
    return {phrase.encode() for phrase in _phrases(_WORD.findall(text.lower()))}


def _phrases(words: list[str]) -> Iterator[str]:
    yield from (f"w {word}" for word in words)
    yield from (f"b {one} {other}" for one, other in pairwise(words))


# Words come again in every text, so that most of a text is known after some hundred others.
@lru_cache(maxsize=1 << 14)
def _pieces(word: str) -> dict[str, int]:
    """Pieces of a word with their places."""
    edged = f"^{word}$"
    pieces = (f"c {edged[start : start + length]}" for length in _PIECES for start in range(len(edged) - length + 1))
    return {piece: crc32(piece.encode()) & _LAST for piece in pieces}
