"""What an input is to a login, written into its schema as a page declares it (HTML Living Standard, 4.10.18.7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crashworthy.core.operation import Operation
from crashworthy.core.value import Json
from crashworthy.lab.traffic.meanings import SECRETS
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.schema import Schema

AUTOFILL = "x-autocomplete"
NEW_PASSWORD = "new-password"  # noqa: S105 - the name of an autofill field
CURRENT_PASSWORD = "current-password"  # noqa: S105 - likewise
USERNAME = "username"


def fields_of(operation: Operation) -> dict[str, Schema]:
    """The schemas of the body's own properties by name."""
    properties = operation.body.data_schema.get("properties") if operation.body else None
    found: Mapping[str, Json] = properties if isinstance(properties, dict) else {}
    return {name: schema for name, schema in found.items() if isinstance(schema, dict)}


def purposes(operation: Operation) -> frozenset[str]:
    """What the inputs of the operation were declared to be."""
    return frozenset(str(schema[AUTOFILL]) for schema in fields_of(operation).values() if AUTOFILL in schema)


def named_for(operation: Operation, purpose: Collection[str]) -> list[str]:
    """Names of the inputs that were declared to be that."""
    return [name for name, schema in fields_of(operation).items() if schema.get(AUTOFILL) in purpose]


def texts_of(body: Json) -> dict[str, str]:
    """The texts in a body by the name of their property, those of nested objects too; outer ones win."""
    found: dict[str, str] = {}
    waiting: list[Json] = [body]
    while waiting:
        item = waiting.pop(0)
        for name, value in item.items() if isinstance(item, dict) else ():
            if isinstance(value, str):
                found.setdefault(name, value)
            else:
                waiting.append(value)
    return found


def secret_names(operation: Operation) -> frozenset[str]:
    """Names of the inputs that take a password, by declaration or by their words."""
    declared = named_for(operation, (NEW_PASSWORD, CURRENT_PASSWORD))
    return frozenset((*declared, *(name for name in fields_of(operation) if {*words(name)} & SECRETS)))
