"""Poetry's and Pipenv's version constraints as PEP 508 requirements.

Source: https://python-poetry.org/docs/dependency-specification/
"""

from __future__ import annotations

import re
from collections.abc import Callable


def requirement(name: str, spec: object) -> str:
    """`name = spec` of a Poetry or Pipenv table as a PEP 508 line."""
    extras, markers = "", ""
    if isinstance(spec, list):  # alternatives by Python version or platform: the first is as good as any
        spec = spec[0] if spec else "*"
    if isinstance(spec, dict):
        if isinstance(spec.get("extras"), list) and spec["extras"]:
            extras = f"[{','.join(str(extra) for extra in spec['extras'])}]"
        if isinstance(spec.get("markers"), str):
            markers = f" ; {spec['markers']}"
        spec = spec.get("version", "*")
    return f"{name}{extras}{specifier(str(spec))}{markers}"


def specifier(constraint: str) -> str:
    """A constraint as a PEP 440 specifier set; of alternatives (`||`) the last, which is the newest by habit."""
    constraint = constraint.split("||")[-1].strip()
    parts = [part for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", constraint) if part]
    return ",".join(filter(None, (_one(part.strip()) for part in parts)))


def _one(part: str) -> str:
    if part in ("", "*"):
        return ""
    if part.startswith("^"):
        return _range(part[1:].strip(), _caret_position)
    if part.startswith("~") and not part.startswith("~="):
        return _range(part[1:].strip(), _tilde_position)
    if part[0].isdigit():
        return f"=={part}"
    return re.sub(r"\s+", "", part)


def _caret_position(numbers: list[int]) -> int:
    """The leftmost number that is not zero may not change."""
    return next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)


def _tilde_position(numbers: list[int]) -> int:
    """The minor version may not change, nor the major one where it is all there is."""
    return min(1, len(numbers) - 1)


def _range(version: str, position_of: Callable[[list[int]], int]) -> str:
    numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[a-z+-]", version)[0])]
    if not numbers:
        return ""
    at = position_of(numbers)
    above = [*numbers[:at], numbers[at] + 1]
    return f">={version},<{'.'.join(str(number) for number in above)}"
