"""What a run over a handler notices, for whoever judges it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from crashworthy.core.location import Location
from crashworthy.source.flow.values import Ref, Row, Value
from crashworthy.source.symbols import Scope

_ANCESTORS = {
    "KeyError": ("LookupError", "Exception"),
    "IndexError": ("LookupError", "Exception"),
    "ValueError": ("Exception",),
    "TypeError": ("Exception",),
    "AttributeError": ("Exception",),
    "InvalidOperation": ("DecimalException", "ArithmeticError", "Exception"),
    "JSONDecodeError": ("ValueError", "Exception"),
    "UnicodeDecodeError": ("UnicodeError", "ValueError", "Exception"),
    "DoesNotExist": ("ObjectDoesNotExist", "Exception"),
    "NoResultFound": ("SQLAlchemyError", "InvalidRequestError", "Exception"),
    "ValidationError": ("ValueError", "Exception"),
    "ZeroDivisionError": ("ArithmeticError", "Exception"),
    "MultiValueDictKeyError": ("KeyError", "LookupError", "Exception"),
    "IntegrityError": ("DatabaseError", "DBAPIError", "SQLAlchemyError", "Error", "Exception"),
}


@dataclass(frozen=True, eq=False)
class Event:
    """Something noticed at `node`. `caught` are the names of the exceptions that are handled around it."""

    node: ast.AST
    scope: Scope
    caught: frozenset[str]

    @property
    def location(self) -> Location:
        """Where it is in the source."""
        return self.scope.location(self.node)

    def is_caught(self, exception: str) -> bool:
        """Whether an exception of that name would be handled by the service's own code."""
        return not self.caught.isdisjoint({exception, "BaseException", *_ANCESTORS.get(exception, ("Exception",))})


@dataclass(frozen=True, eq=False)
class Conversion(Event):
    """`ref` is converted by `function`, which raises `error` on what it cannot convert."""

    ref: Ref
    function: str
    error: str


@dataclass(frozen=True, eq=False)
class MissingKey(Event):
    """A subscript with a key that nobody checked. `container` is what is looked into, `ref` what may be missing."""

    ref: Ref
    container: str
    error: str


@dataclass(frozen=True, eq=False)
class WrongType(Event):
    """`ref` is used as a value of JSON type `kind`, which nobody checked; `use` says how."""

    ref: Ref
    kind: str
    use: str
    error: str


@dataclass(frozen=True, eq=False)
class NoRow(Event):
    """A row that may not exist is used as if it did; `error` is what is raised."""

    row: Row
    error: str


@dataclass(frozen=True, eq=False)
class Write(Event):
    """A column of a table, or an entry in memory, is set.

    `rows` are the rows of the same table read before. `session` is the critical section of the write.
    `filters` are the columns that an UPDATE's condition names; `is_relative` when the database itself computes
    the new value from the old one.
    """

    table: str
    column: str
    value: Value
    rows: tuple[Row, ...]
    session: int
    filters: frozenset[str] = frozenset()
    is_relative: bool = False
    in_memory: bool = False
    awaits: int = 0


@dataclass(frozen=True, eq=False)
class Insert(Event):
    """A row is added to a table. `rows` are those of the same table read before."""

    table: str
    rows: tuple[Row, ...]
    session: int
    ignores_conflict: bool = False
    in_memory: bool = False
    awaits: int = 0


@dataclass(frozen=True, eq=False)
class Called(Event):
    """An outbound call; `holds` says what is held while it is made, "" when nothing is.

    `is_connected` when the request holds a connection to its database meanwhile.
    """

    holds: str
    is_connected: bool


@dataclass(frozen=True, eq=False)
class Passed(Event):
    """Something out of the request is passed to what the folder does not define.

    `callee` is its full dotted name where that is known, else "." and the name of the method. `free` are the values
    among the arguments that hold text which nobody has checked, by position and by name.
    """

    callee: str
    free: dict[int | str, Value]


@dataclass(frozen=True, eq=False)
class Committed(Event):
    """What was written before is committed by now; noted with the event that comes next, at its place."""
