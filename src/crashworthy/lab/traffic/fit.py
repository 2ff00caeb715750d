"""Making a preferred value keep the limits of a schema."""

from __future__ import annotations

import random
import re

import rstr

from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.template import escape

_MADE = 12


def fit_number(preferred: float, schema: Schema, *, whole: bool) -> float:
    """The number nearest to `preferred` that keeps the schema's limits."""
    step = schema.get("multipleOf")
    unit = float(step) if isinstance(step, (int, float)) and step > 0 else 1.0
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    value = float(preferred)
    gap = 1.0 if whole else min(1.0, unit)
    if isinstance(low, (int, float)):
        value = max(value, low)
    if isinstance(above, (int, float)) and value <= above:
        value = above + gap
    if isinstance(high, (int, float)):
        value = min(value, high)
    if isinstance(below, (int, float)) and value >= below:
        value = below - gap
        if not whole and isinstance(above, (int, float)) and value <= above:
            value = (above + below) / 2
    if isinstance(step, (int, float)) and step > 0:
        value = -(-value // unit) * unit
        if isinstance(high, (int, float)) and value > high:
            value -= unit
    return int(value) if whole or value == int(value) else value


def fit_text(text: str, schema: Schema, unique: str, rng: random.Random) -> str:
    """`text`, made to keep the schema's pattern and lengths."""
    least, most, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    least = least if isinstance(least, int) else 0
    most = most if isinstance(most, int) else None
    sample = _sample(text)
    if isinstance(pattern, str):
        return _with_pattern(text, pattern, least, most, unique, rng)
    if most is not None and len(sample) > most:
        short = unique if "${unique}" in text else ""
        text = short if short and most >= len(_sample(short)) else sample[-most:].strip()
        text = text.ljust(least, "x")
    missing = least - len(_sample(text))
    return text + "x" * missing if missing > 0 else text


def _with_pattern(text: str, pattern: str, least: int, most: int | None, unique: str, rng: random.Random) -> str:
    """`text` in a form that the pattern takes, else a text made from the pattern."""
    plain = re.sub(r"[^A-Za-z0-9${}]", "", text)
    word = re.sub(r"[^a-z]", "", text.partition("$")[0].lower())[:6] or "x"
    shapes = (text, plain, f"{word}{unique}", f"{word.upper()}{unique}", f"{word.upper()[:3]}-{unique}", unique)
    for shape in shapes:
        if _keeps(shape, pattern, least, most):
            return shape
    made = [each for _ in range(_MADE) if (each := from_pattern(pattern, least, most, rng)) is not None]
    # Part of the made text gives way to what is unique, where the pattern lets it; at least to what differs per play.
    for part, size in ((unique, 5), ("${unique}", 4)):
        for each in made:
            for found in re.finditer(rf"[A-Za-z0-9]{{{size},}}", each):
                shape = each[: found.start()] + part + each[found.start() + len(_sample(part)) :]
                if _keeps(shape, pattern, least, most):
                    return shape
    return made[0] if made else text


def from_pattern(pattern: str, least: int, most: int | None, rng: random.Random) -> str | None:
    """A text of at least `least` and at most `most` characters that the pattern takes; None when none was found."""
    maker = rstr.Rstr(rng)
    for _ in range(20):
        try:
            text = str(maker.xeger(re.sub(r"\\Z", "$", pattern)))
        except Exception:  # noqa: BLE001 - the library raises all kinds for what it cannot parse
            return None
        if len(text) >= least and (most is None or len(text) <= most):
            return str(escape(text))
    return None


def _sample(text: str) -> str:
    return text.replace("${unique}", "1001")


def _keeps(text: str, pattern: str, least: int, most: int | None) -> bool:
    sample = _sample(text)
    try:
        fits = re.search(pattern, sample) is not None
    except re.error:
        fits = True
    return fits and len(sample) >= least and (most is None or len(sample) <= most)
