"""Which columns a database keeps unique, by the models and schema scripts of the folder."""

from __future__ import annotations

import ast

from crashworthy.source.flow.tables import Tables
from crashworthy.source.index import Index
from crashworthy.source.routes.groups import texts
from crashworthy.source.symbols import Class


def unique_sets(index: Index, table: str) -> list[frozenset[str]]:
    """The sets of columns (lower case) of a table that must differ between rows."""
    found = list(index.declared.unique_columns.get(table, ()))
    tables = Tables(index)
    for module in index.service_modules:
        for class_ in module.classes:
            if tables.table(class_) == table:
                found.extend(_of_class(index, class_))
    return found


def _of_class(index: Index, class_: Class) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for name, variable in class_.attributes.items():
        for value in variable.values:
            keywords = value.keywords if isinstance(value, ast.Call) else []
            is_unique = any(
                keyword.arg in {"unique", "primary_key"}
                and isinstance(keyword.value, ast.Constant)
                and keyword.value.value is True
                for keyword in keywords
            )
            if is_unique or (isinstance(value, ast.Call) and ast.unparse(value.func).endswith("OneToOneField")):
                found.append(frozenset({name.lower(), f"{name.lower()}_id"} if not is_unique else {name.lower()}))
    for holder in (class_, *(inner for inner in class_.names.values() if isinstance(inner, Class))):
        found.extend(_declared(index, holder))
    return found


def _declared(index: Index, class_: Class) -> list[frozenset[str]]:
    """`UniqueConstraint(...)`, `Index(..., unique=True)` and `unique_together`."""
    found = []
    for variable in class_.attributes.values():
        for value in variable.values:
            for node in ast.walk(value):
                if not isinstance(node, ast.Call):
                    continue
                name = ast.unparse(node.func).rpartition(".")[2]
                is_unique = any(keyword.arg == "unique" for keyword in node.keywords)
                if name == "UniqueConstraint" or (name == "Index" and is_unique):
                    columns = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                    fields = [
                        text for one in node.keywords if one.arg == "fields" for text in texts(index, one.value, class_)
                    ]
                    start = 1 if name == "Index" else 0
                    found.append(frozenset(str(column).lower() for column in [*columns[start:], *fields]))
            if variable.name == "unique_together":
                groups = value.elts if isinstance(value, ast.Tuple | ast.List) else []
                nested = [texts(index, group, class_) for group in groups if isinstance(group, ast.Tuple | ast.List)]
                plain = nested or [texts(index, value, class_)]
                found.extend(frozenset(name.lower() for name in group) for group in plain)
    return [columns for columns in found if columns]
