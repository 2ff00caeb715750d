"""Injection into queries that are no SQL: operators in filters of documents, conditions in filters of directories."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.core.history import SensorEvent
from crashworthy.lab.experiments.injection.attack import Payload, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import OPERATOR
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.injection import DIRECTORY_INJECTION, OPERATOR_INJECTION

_MONGO = re.compile(r"\b(pymongo|motor|mongoengine|beanie|mongomock|flask_pymongo|odmantic)\b")
_LDAP = re.compile(r"\bldap3?\b")
_NO_TEXT = frozenset({Kind.FILE, Kind.BODY, Kind.FIELD_NAME, Kind.USUAL_HEADER})


class Documents(SinkAttack):
    """An object in place of a value of the JSON body: `{"$ne": marker}`, which every document but ours passes.

    It counts where it is read as an operator: behind the name of a field. Behind `$eq` it is a value like any other,
    and so it is in what is inserted. A service whose input *is* a filter is asked for one, and is not tried: only what
    is text, or a number, at the top of the good request's body is replaced.
    """

    id = "documents"
    weakness = OPERATOR_INJECTION
    expected = "the input is compared as a value, or refused because it is none"
    becomes = "an operator of a query for documents"
    gets = "makes a condition pass for documents it is not meant for: a login without the password, data of others"
    impact = {"read": "H", "change": "H"}

    def fits(self, tree: SourceTree) -> bool:
        """Whether the source speaks of a client of MongoDB."""
        return any(_MONGO.search(file.text) for file in tree.files)

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One for each field of a JSON body."""
        is_json = "json" in (place.step.content_type or "json")
        if place.kind is Kind.FIELD and is_json and len(place.path) == 1 and not isinstance(place.good, dict | list):
            yield Payload({OPERATOR: marker})

    def given(self, event: SensorEvent) -> str:
        """The filter."""
        return f"in the filter that {event.data.get('method')} of {event.data.get('collection')} was given"


class Directory(SinkAttack):
    """A parenthesis, and a condition on an attribute that no directory has."""

    id = "directory"
    weakness = DIRECTORY_INJECTION
    expected = "the input is escaped, so that it stays the value of one condition"
    becomes = "a condition of a query for a directory"
    gets = "decides which entries a query finds: a login as somebody else, attributes that are not shown"
    impact = {"read": "H", "change": "L"}

    def fits(self, tree: SourceTree) -> bool:
        """Whether the source speaks of a client of LDAP."""
        return any(_LDAP.search(file.text) for file in tree.files)

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One."""
        if place.kind not in _NO_TEXT:
            yield Payload(f"{marker}a)({marker}b=c")

    def given(self, _event: SensorEvent) -> str:
        """The filter."""
        return "in the filter of a search"
