"""All weaknesses, by id."""

from __future__ import annotations

from crashworthy.core.weakness import Family, Weakness
from crashworthy.weaknesses import (
    access,
    concurrency,
    conservation,
    credentials,
    crosssite,
    dependency,
    durability,
    exposure,
    injection,
    injection_formats,
    partial,
    private_values,
    readback,
    resource,
    retry,
    time,
    workers,
)
from crashworthy.weaknesses import input as input_family

# Of several files of a family, the last one says what the family is about.
_FAMILIES = (
    concurrency,
    dependency,
    input_family,
    credentials,
    access,
    exposure,
    crosssite,
    injection_formats,
    injection,
    durability,
    partial,
    private_values,
    readback,
    retry,
    resource,
    time,
    workers,
    conservation,
)
CATALOGUE: dict[str, Weakness] = {weakness.id: weakness for family in _FAMILIES for weakness in family.WEAKNESSES}
DESCRIPTIONS: dict[Family, str] = {family.WEAKNESSES[0].family: family.__doc__ or "" for family in _FAMILIES}
"""What the weaknesses of each family have in common, in one sentence."""
