"""What a folder declares beside its code: schemas of tables, values of configurations."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property

from crashworthy.source import sql
from crashworthy.source.symbols import Class, Module, Scope


class Declared:
    """`scripts` are (path, text) of the folder's SQL scripts."""

    def __init__(self, modules: tuple[Module, ...], scripts: tuple[tuple[str, str], ...]) -> None:
        self.modules = modules
        self.scripts = scripts

    @cached_property
    def configured(self) -> dict[str, list[tuple[ast.expr, Scope]]]:
        """Values of a Flask application's configuration by key: set, given to update(), or in a config class."""
        found: dict[str, list[tuple[ast.expr, Scope]]] = defaultdict(list)
        for module in self.modules:
            for key, values in module.assigned.items():
                if key.startswith("config["):
                    found[key[7:-1]].extend(values)
            for scope in module.scopes:
                for call in scope.calls:
                    match call.func:
                        case ast.Attribute(value=ast.Attribute(attr="config"), attr="update" | "from_mapping"):
                            for keyword in call.keywords:
                                found[keyword.arg or ""].append((keyword.value, scope))
                if isinstance(scope, Class) and "config" in scope.name.lower():
                    for name, variable in scope.attributes.items():
                        found[name].extend((value, scope) for value in variable.values)
        return found

    @cached_property
    def schema_scripts(self) -> tuple[str, ...]:
        """Texts with CREATE TABLE statements: SQL scripts of the folder, and those within the source."""
        found = [text for _, text in self.scripts if "create" in text.lower()]
        for module in self.modules:
            if "create table" in module.file.text.lower() or "create unique" in module.file.text.lower():
                found.extend(
                    node.value
                    for node in ast.walk(module.node)
                    if isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and "create " in node.value.lower()
                )
        return tuple(found)

    @cached_property
    def table_types(self) -> dict[str, dict[str, str]]:
        """JSON types of columns, by table, as CREATE TABLE declares them."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for script in self.schema_scripts:
            for table, types in sql.column_types(script).items():
                found[table].update(types)
        return found

    @cached_property
    def unique_columns(self) -> dict[str, list[frozenset[str]]]:
        """Sets of columns that CREATE TABLE or CREATE UNIQUE INDEX declare unique, by table."""
        found: dict[str, list[frozenset[str]]] = defaultdict(list)
        for script in self.schema_scripts:
            for table, unique in sql.unique_columns(script).items():
                found[table].extend(unique)
        return found
