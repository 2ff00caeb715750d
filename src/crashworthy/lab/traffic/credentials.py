"""Who signs up and who logs in where words do not tell: by passwords in the source, declared in the operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.actors import changes_credentials, has_password, log_in_score, sign_up_score
from crashworthy.lab.traffic.autofill import AUTOFILL, CURRENT_PASSWORD, NEW_PASSWORD, USERNAME, fields_of, secret_names
from crashworthy.lab.traffic.meanings import CONFIRM
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.passwords import read_passwords
from crashworthy.source.tree import SourceTree

_ADDRESSES = frozenset({"email", "mail", "phone", "mobile"})


def with_credentials(operations: Sequence[Operation], tree: SourceTree) -> tuple[Operation, ...]:
    """The operations with passwords and names of users declared.

    Words are believed where they say which operation signs up, or logs in. Else an operation that anyone may call
    logs in by an input that the source checks as a password; and signs up by one that it stores as a password, or
    that is called one.
    """
    signs_up = any(sign_up_score(each) > 0 and has_password(each) for each in operations)
    logs_in = any(log_in_score(each) > 0 for each in operations)
    if signs_up and logs_in:
        return tuple(operations)
    passwords = read_passwords(tree)
    declared = {each.name: each for each in operations}
    accounts: set[str] = set()
    for each in operations:
        given = passwords.checked[each.name] & fields_of(each).keys()
        stored = passwords.stored[each.name] & fields_of(each).keys()
        names = _names(each, given)
        if not logs_in and given and not stored and names and _is_open(each):
            accounts |= {*names}
            declared[each.name] = _declared(each, given, CURRENT_PASSWORD, names)
    for each in operations:
        given = (passwords.stored[each.name] & fields_of(each).keys()) or {*secret_names(each)}
        if signs_up or not given or declared[each.name] is not each or not _is_open(each):
            continue
        if passwords.checked[each.name] & fields_of(each).keys() or log_in_score(each) > 0 or changes_credentials(each):
            continue
        names = _names(each, given)
        declared[each.name] = _declared(each, given, NEW_PASSWORD, [n for n in names if n in accounts] or names)
    return tuple(declared.values())


def _is_open(operation: Operation) -> bool:
    return operation.method == "POST" and "{" not in operation.path and not operation.needs_login


def _names(operation: Operation, secrets: Iterable[str]) -> list[str]:
    """Inputs beside a password that can be the user's name, required ones first."""
    required = operation.body.data_schema.get("required") if operation.body else None
    first = required if isinstance(required, list) else []
    texts = [
        name
        for name, schema in fields_of(operation).items()
        if name not in {*secrets} | secret_names(operation)
        and schema.get("type", "string") == "string"
        and "enum" not in schema
        and not {*words(name)} & CONFIRM
    ]
    return sorted(texts, key=lambda name: name not in first)


def _declared(operation: Operation, secrets: Iterable[str], purpose: str, names: Sequence[str]) -> Operation:
    """The operation with what its inputs are to a login; the first of the names is the user's."""
    assert operation.body is not None
    fields = fields_of(operation)
    for name in secrets:
        fields[name] = {"format": "password", **fields[name], AUTOFILL: purpose}
    for name in names[:1]:
        known = {} if {*words(name)} & _ADDRESSES else {"format": USERNAME}
        fields[name] = {**known, **fields[name], AUTOFILL: USERNAME}
    schema = {**operation.body.data_schema, "properties": fields}
    return operation.model_copy(update={"body": operation.body.model_copy(update={"data_schema": schema})})
