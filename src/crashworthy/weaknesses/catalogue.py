"""All weaknesses, by id."""

from __future__ import annotations

from crashworthy.core.weakness import Weakness
from crashworthy.weaknesses import access, concurrency, dependency, durability, injection, partial, retry
from crashworthy.weaknesses import input as input_family

CATALOGUE: dict[str, Weakness] = {
    weakness.id: weakness
    for family in (concurrency, dependency, input_family, access, injection, durability, partial, retry)
    for weakness in family.WEAKNESSES
}
