"""What calls on sessions, cursors, query builders and managers mean."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from crashworthy.source.flow.events import Insert, NoRow, Write
from crashworthy.source.flow.state import State
from crashworthy.source.flow.tables import Tables
from crashworthy.source.flow.values import (
    UNKNOWN,
    ClassValue,
    Column,
    Instance,
    Known,
    Mapping,
    Query,
    Ref,
    Row,
    Several,
    Value,
    sources,
)
from crashworthy.source.sql import Statement, read
from crashworthy.source.symbols import Class, Scope

RUN = frozenset(
    {
        "execute", "executemany", "executescript", "exec", "scalar", "scalars", "scalar_one", "scalar_one_or_none",
        "stream", "stream_scalars", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "fetch_val",
        "fetchone", "fetchall", "exec_driver_sql", "raw",
    }
)  # fmt: skip
_ONE_OR_NONE = frozenset(
    {
        "first", "one_or_none", "scalar_one_or_none", "scalar", "fetchone", "last", "latest", "earliest", "afirst",
        "alast", "get_or_none", "unique_one", "find_one",
    }
)  # fmt: skip
_ONE_OR_REFUSE = frozenset({"first_or_404", "get_or_404", "one_or_404", "get_one_or_404"})
_ONE = frozenset({"one", "scalar_one", "get_one", "aget"})
_MANY = frozenset({"all", "fetchall", "fetchmany", "scalars", "mappings", "tuples", "unique", "iterator", "partitions"})
_SCALAR = frozenset({"scalar", "fetchval", "fetch_val", "scalar_one", "scalar_one_or_none"})
_COUNTS = frozenset({"count", "exists", "aggregate", "acount", "aexists", "total"})
_LOCKS = frozenset({"with_for_update", "select_for_update"})
_CREATES = frozenset({"create", "acreate", "create_user", "insert_one", "bulk_create"})
_KEEPS = frozenset(
    {
        "where", "filter", "filter_by", "order_by", "options", "limit", "offset", "join", "outerjoin", "group_by",
        "having", "distinct", "select_from", "exclude", "select_related", "prefetch_related", "using", "values_list",
        "values", "only", "defer", "annotate", "execution_options", "populate_existing", "with_only_columns",
        "subquery", "reverse", "raw", "objects", "yield_per", "correlate", "add_columns",
    }
)  # fmt: skip


class Database:
    """Turns such calls into queries, rows and events."""

    def __init__(self, tables: Tables, state: State) -> None:
        self.tables = tables
        self.index = tables.index
        self.state = state

    # Queries

    def query(self, class_: Class, **details: object) -> Query | None:
        """A query for a class's rows."""
        table = self.tables.table(class_)
        return replace(Query(table), **details) if table is not None else None  # type: ignore[arg-type]

    def on_query(self, query: Query, name: str, call: ast.Call, arguments: Sequence[Value], keywords: dict[str, Value],
                 scope: Scope) -> Value:  # fmt: skip
        """A method of a query (or manager) is called."""
        query = self._filtered(query, call, name, arguments, keywords)
        if name in _LOCKS:
            return replace(query, locks=True)
        if name in _COUNTS:
            return self.row(replace(query, is_count=True), call, scope)
        if query.kind == "select" and name == "update" and keywords:
            self._update(replace(query, kind="update", values=tuple(keywords.items())), call, scope)
            return UNKNOWN
        if query.kind == "update" and name == "values":
            return replace(query, values=tuple(keywords.items()))
        if name in {"get_or_create", "update_or_create"}:
            return Several((self.row(query, call, scope), UNKNOWN))
        if name in _CREATES:
            self.insert(query.table, call, scope, atomic=False)
            return UNKNOWN
        if name in _ONE_OR_NONE:
            return self.row(query, call, scope, may_be_none=True)
        if name in _ONE_OR_REFUSE:
            return self.row(query, call, scope)
        if name in _ONE or name == "get":
            return self._one(query, name, call, arguments, scope)
        if name in _MANY:
            return replace_many(self.row(query, call, scope))
        return query if name in _KEEPS else UNKNOWN

    def _one(self, query: Query, name: str, call: ast.Call, arguments: Sequence[Value], scope: Scope) -> Row:
        # SQLAlchemy's Query.get(id) answers None, Django's get(field=...) raises.
        if name == "get" and call.args and not call.keywords:
            by_input = any(isinstance(source, Ref) for one in arguments for source in sources(one))
            return self.row(replace(query, by_input=by_input), call, scope, may_be_none=True)
        row = self.row(query, call, scope)
        if query.by_input:
            error = "NoResultFound" if name in {"one", "scalar_one", "get_one"} else "DoesNotExist"
            self.state.note(NoRow(call, scope, self.state.caught, row, error))
        return row

    def _filtered(
        self, query: Query, call: ast.Call, name: str, arguments: Sequence[Value], keywords: dict[str, Value]
    ) -> Query:
        if name not in {"where", "filter", "filter_by", "exclude", "get", "get_or_404", "first_or_404", "aget"}:
            return query
        columns = {keyword.partition("__")[0] for keyword in keywords}
        for argument in call.args:
            for node in ast.walk(argument):
                if isinstance(node, ast.Compare):
                    columns |= {part.attr for part in ast.walk(node.left) if isinstance(part, ast.Attribute)}
        by_input = query.by_input or any(
            isinstance(source, Ref) for value in (*arguments, *keywords.values()) for source in sources(value)
        )
        return replace(
            query,
            filters=query.filters | {column.lower() for column in columns},
            by_input=by_input,
            found_by=(*query.found_by, *arguments, *keywords.values()),
        )

    def row(self, query: Query, node: ast.AST, scope: Scope, *, may_be_none: bool = False) -> Row:
        """Read a row now."""
        state = self.state
        state.is_connected = True
        if query.locks:
            state.row_lock = True
            state.enter()
        row = Row(
            query.table,
            node,
            scope,
            session=state.session,
            is_count=query.is_count,
            may_be_none=may_be_none and not query.is_count,
            awaits=state.awaits,
            filters=query.filters,
            by_input=query.by_input,
            columns=query.columns,
        )
        state.rows.append(row)
        return row

    # Running

    def run(self, what: Value, name: str, call: ast.Call, arguments: Sequence[Value], scope: Scope) -> Value:
        """`session.execute(what)` or one of its relatives."""
        if isinstance(what, Known) and isinstance(what.value, str):
            parameters = arguments[0] if len(arguments) == 1 else Several(tuple(arguments))
            return self._statement(read(what.value), name, call, parameters, scope)
        if isinstance(what, ClassValue):
            queried = self.query(what.class_)
            return queried if queried is not None else UNKNOWN
        if isinstance(what, Query):
            if what.kind == "update":
                self._update(what, call, scope)
                return UNKNOWN
            if what.kind != "select":
                return UNKNOWN
            is_single = name in _SCALAR or name in {"fetchrow", "fetch_one"}
            row = self.row(what, call, scope, may_be_none=is_single)
            if name in _SCALAR and row.columns:
                return row.at(0)
            return row if is_single else replace_many(row)
        return UNKNOWN

    def _statement(self, statement: Statement, name: str, call: ast.Call, parameters: Value, scope: Scope) -> Value:
        state = self.state
        match statement.kind:
            case "select":
                is_single = name in {"fetchrow", "fetch_one", "fetchval", "fetch_val", "scalar"}
                by_input = any(isinstance(source, Ref) for source in sources(parameters))
                query = Query(
                    statement.table,
                    columns=statement.columns,
                    locks=statement.locks,
                    is_count=statement.is_count,
                    filters=statement.filters,
                    by_input=by_input,
                )
                row = self.row(query, call, scope, may_be_none=is_single)
                if name in _SCALAR and row.columns:
                    return row.at(0)
                return row if is_single else replace_many(row)
            case "update":
                after = parameters.elements[statement.placeholders :] if isinstance(parameters, Several) else ()
                rows = self._targets(statement.table, after)
                for column, key in statement.sets:
                    state.note(
                        Write(
                            call,
                            scope,
                            state.caught,
                            statement.table,
                            column,
                            _parameter(parameters, key),
                            rows,
                            state.session,
                            statement.filters,
                            column in statement.relative,
                        )
                    )
                state.find(statement.table)
                state.enter()  # the rows (in SQLite the whole database) stay locked until the transaction ends
            case "insert":
                self.tables.note_inserted(statement, parameters)
                self.insert(statement.table, call, scope, atomic=statement.ignores_conflict)
                state.is_dirty = True
                if statement.ignores_conflict:
                    state.enter()  # a claim: who comes second waits until the first has committed
            case "begin" | "lock":
                if statement.locks:
                    state.enter()
            case "commit" | "rollback":
                state.end_transaction(commits=statement.kind == "commit")
            case _:
                pass
        return UNKNOWN

    def _targets(self, table: str, found_by: Sequence[Value]) -> tuple[Row, ...]:
        """The rows that an update means: those whose columns its condition is given, else all read before."""
        columns = [source for value in found_by for source in sources(value) if isinstance(source, Column)]
        rows = tuple(column.row for column in columns if column.row.table == table)
        return rows or self.state.rows_of(table)

    def _update(self, query: Query, call: ast.Call, scope: Scope) -> None:
        for column, value in query.values:
            is_relative = not sources(value) and not isinstance(value, Known)
            rows = self._targets(query.table, query.found_by)
            self.state.note(
                Write(
                    call, scope, self.state.caught, query.table, column.lower(), value, rows, self.state.session,
                    query.filters, is_relative,
                )
            )  # fmt: skip
        self.state.find(query.table)
        self.state.enter()

    def insert(self, table: str, node: ast.AST, scope: Scope, *, atomic: bool) -> None:
        """A row is added."""
        state = self.state
        state.find(table)
        state.note(Insert(node, scope, state.caught, table, state.rows_of(table), state.session, atomic))

    def add(self, value: Value, node: ast.AST, scope: Scope) -> None:
        """`session.add(object)`."""
        for one in value.elements if isinstance(value, Several) else (value,):
            self.state.is_pending = True
            if isinstance(one, Instance) and (table := self.tables.table(one.class_)) is not None:
                self.insert(table, node, scope, atomic=False)

    def on_rows(self, row: Row, name: str, call: ast.Call, scope: Scope) -> Value:
        """A method of a result or cursor is called."""
        if name in _SCALAR and row.columns:
            return row.at(0)
        if name in _ONE_OR_NONE:
            one = replace(row, is_many=False, may_be_none=not row.is_count)
        elif name in _ONE or name in _ONE_OR_REFUSE:
            one = replace(row, is_many=False)
            if row.by_input and name in _ONE:
                self.state.note(NoRow(call, scope, self.state.caught, one, "NoResultFound"))
        elif name in _MANY or name in _KEEPS:
            return row
        elif name in _COUNTS:
            one = replace(row, is_many=False, is_count=True)
        else:
            return UNKNOWN
        self.state.rows.append(one)
        return one


def replace_many(row: Row) -> Row:
    """The row as one of many; what is checked of it stays common."""
    row.is_many = True
    return row


def _parameter(parameters: Value, key: int | str | None) -> Value:
    if isinstance(parameters, Mapping) and isinstance(key, str):
        return parameters.entries.get(key, UNKNOWN)
    if isinstance(parameters, Several) and isinstance(key, int) and key < len(parameters.elements):
        return parameters.elements[key]
    return UNKNOWN
