"""Names of packages that everybody uses, to tell a slip of the pen, or an invention, from the real thing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# Shorter names have too many true neighbours.
_SHORTEST = 5


@cache
def _popular() -> frozenset[str]:
    text = files(__package__).joinpath("popular_packages.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def is_popular(name: str) -> bool:
    """Whether a normalised name is one of the popular ones."""
    return name in _popular()


def mistaken_for(name: str) -> str | None:
    """The popular package that differs from this normalised name by one letter or by two swapped ones."""
    if is_popular(name):
        return None
    near = (known for known in sorted(_popular()) if len(known) >= _SHORTEST and _is_one_slip_away(name, known))
    return next(near, None)


def _is_one_slip_away(one: str, other: str) -> bool:
    """Whether the Damerau-Levenshtein distance is 1."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    short, long = sorted((one, other), key=len)
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = len(short) > at + 1 and short[at] == long[at + 1] and short[at + 1] == long[at]
    return short[at + 1 :] == long[at + 1 :] or (swapped and short[at + 2 :] == long[at + 2 :])
