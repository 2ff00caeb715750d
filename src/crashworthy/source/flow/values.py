"""The values that the source is run over: unknown, but known where they come from."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from crashworthy.source.flow.shape import Shape
from crashworthy.source.symbols import Class, Function, Scope


@dataclass(frozen=True)
class Known:
    """A constant, or a list, tuple, set or dict of constants."""

    value: object


@dataclass(frozen=True, eq=False)
class Ref:
    """A value out of a document: the request's, or a dependency's answer.

    `converted` when it went through a conversion such as `int`, so that its type holds from there on.
    `is_answer` when it came from a dependency. `is_text` for what always arrives as text (query, form).
    """

    shape: Shape
    converted: bool = False
    is_answer: bool = False
    is_text: bool = False


@dataclass(frozen=True, eq=False)
class Length:
    """`len()` of such a value."""

    ref: Ref


@dataclass(frozen=True, eq=False)
class Raw:
    """The bytes or text of a JSON document that is not parsed yet."""

    shape: Shape
    is_answer: bool = False


@dataclass(eq=False)
class Inputs:
    """All that a request brings, as the handler reads it."""

    json: Shape = field(default_factory=Shape)
    form: Shape = field(default_factory=Shape)
    query: Shape = field(default_factory=Shape)
    headers: Shape = field(default_factory=Shape)
    cookies: Shape = field(default_factory=Shape)
    files: Shape = field(default_factory=Shape)
    path: Shape = field(default_factory=Shape)
    reads_json: bool = False


@dataclass(frozen=True, eq=False)
class Request:
    """The framework's request object. `attributes` are those that the source itself puts on it."""

    inputs: Inputs
    framework: str
    method: str
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Response:
    """A dependency's response; `shape` is that of its JSON body."""

    shape: Shape


@dataclass(frozen=True)
class Moment:
    """A point of a run: the critical section that was held, and how many suspensions there had been."""

    session: int
    awaits: int


@dataclass(eq=False)
class Row:
    """A row of a table, or an entry of a container in memory, as it was when it was read.

    A row in memory is a reference: what counts is when one of its columns is read, not when it was found.
    `session` is the critical section it was read in (0: none). `checked` are the columns that a refusal
    depended on. `filters` are the columns it was found by. `is_count` for an aggregate over rows,
    `may_be_none` when reading may find nothing. `awaits` counts suspensions before the read. `columns` are those
    of the result, in order, where they are named.
    """

    table: str
    node: ast.AST
    scope: Scope
    session: int = 0
    in_memory: bool = False
    is_count: bool = False
    may_be_none: bool = False
    awaits: int = 0
    filters: frozenset[str] = frozenset()
    checked: dict[str, Moment] = field(default_factory=dict)
    is_many: bool = False
    by_input: bool = False
    columns: tuple[str, ...] = ()

    def at(self, position: int) -> Column:
        """The column at a position of the result."""
        is_known = -len(self.columns) <= position < len(self.columns)
        return Column(self, self.columns[position] if is_known else "*")


@dataclass(frozen=True, eq=False)
class Column:
    """A value read from a row."""

    row: Row
    name: str


@dataclass(frozen=True, eq=False)
class Mixed:
    """A value computed from others."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Text(Mixed):
    """A text that is put together of others: by an f-string, `+`, `%`, `format` or `join`."""


@dataclass(frozen=True, eq=False)
class Fact:
    """Something that holds of a shape or a row; `apply` puts it into the shape, when a refusal depends on it."""

    thing: Shape | Row
    knows: str
    apply: Callable[[], None] = lambda: None


@dataclass(frozen=True, eq=False)
class Several:
    """A tuple or list whose elements are known one by one.

    Of a list that a filter made, as many of them as pass, perhaps none; `where_empty` is what holds then.
    """

    elements: tuple[Value, ...]
    where_empty: tuple[Fact, ...] = ()


@dataclass(frozen=True, eq=False)
class Mapping:
    """A dict display; `rest` is the document that is unpacked into it."""

    entries: dict[str, Value]
    rest: Ref | None = None


@dataclass(frozen=True, eq=False)
class ClassValue:
    """A class of the folder."""

    class_: Class


@dataclass(frozen=True, eq=False)
class Instance:
    """A new object of a class of the folder; `attributes` are those set so far."""

    class_: Class
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FunctionValue:
    """A function of the folder, with the values of the scope it was made in.

    `is_bare` when it stands for itself, without the decorators around it.
    """

    function: Function
    closure: dict[str, Value] = field(default_factory=dict)
    owner: Value | None = None
    is_bare: bool = False


@dataclass(frozen=True, eq=False)
class Query:
    """A query that is not run yet.

    `kind` is "select", "update" or "delete"; `values` are what an update sets, by column; `columns` what is
    selected, where that is not whole rows.
    """

    table: str
    kind: str = "select"
    locks: bool = False
    is_count: bool = False
    filters: frozenset[str] = frozenset()
    values: tuple[tuple[str, Value], ...] = ()
    by_input: bool = False
    columns: tuple[str, ...] = ()
    found_by: tuple[Value, ...] = ()


@dataclass(frozen=True, eq=False)
class Memory:
    """A container or number at module level that requests share."""

    name: str
    kind: str


@dataclass(frozen=True, eq=False)
class Namespace:
    """An object that lives as long as the request (`flask.g`, `request.state`)."""

    attributes: dict[str, Value]


@dataclass(frozen=True)
class Setting:
    """A text that begins with an environment variable's value."""

    variable: str


@dataclass(frozen=True)
class Unknown:
    """Nothing is known."""


UNKNOWN = Unknown()

Value: TypeAlias = (
    Known
    | Ref
    | Length
    | Raw
    | Request
    | Response
    | Row
    | Column
    | Mixed
    | Several
    | Mapping
    | ClassValue
    | Instance
    | FunctionValue
    | Query
    | Memory
    | Namespace
    | Setting
    | Unknown
)


def sources(value: Value, depth: int = 6) -> list[Ref | Column]:
    """The document values and columns that a value is computed from."""
    match value:
        case Ref() | Column():
            return [value]
        case Length(ref=ref):
            return [ref]
        case Row(is_count=True):
            return [Column(value, "count")]
        case Mixed(parts=parts) | Several(elements=parts) if depth > 0:
            return [source for part in parts for source in sources(part, depth - 1)]
        case Mapping(entries=entries) if depth > 0:
            return [source for part in entries.values() for source in sources(part, depth - 1)]
        case _:
            return []
