"""How familiar a wording is to the prior, without keeping any wording: a Bloom filter of words and pairs of words.

What it cannot tell: a text of familiar pieces in a new sense looks familiar ("set up pipelines" was about pipes when
the tasks were written), and about one unseen phrase in fifty counts as seen. So a high figure permits an answer and
never vouches for it; a low one refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

from crashworthy.roles.features import phrases

# 2^20 bits for about 110,000 phrases, three bits each: (1 - e^(-3 · 0.105))^3 = 2 % false positives.
BYTES = 1 << 17
_SALTED = (crc32(b""), crc32(b"1"), crc32(b"2"))
_LAST = BYTES * 8 - 1


def bloom_filter(texts: Iterable[str]) -> bytes:
    """The filter of all words and pairs of words in the texts."""
    bits = bytearray(BYTES)
    for text in texts:
        for phrase in phrases(text):
            for place in _places(phrase):
                bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def familiarity(text: str, bits: bytes) -> float:
    """The share, 0 to 1, of the text's words and pairs of words that the filter has seen."""
    asked = phrases(text)
    known = 0
    for phrase in asked:
        # Written out: a loop over three places takes three times as long, and this is most of what an estimate takes.
        one, two, three = _places(phrase)
        known += bits[one >> 3] >> (one & 7) & bits[two >> 3] >> (two & 7) & bits[three >> 3] >> (three & 7) & 1
    return known / len(asked) if asked else 0.0


@lru_cache(maxsize=1 << 14)
def _places(phrase: bytes) -> tuple[int, int, int]:
    # The checksum of salt and phrase together, from that of the salt.
    one, two, three = _SALTED
    return crc32(phrase, one) & _LAST, crc32(phrase, two) & _LAST, crc32(phrase, three) & _LAST
