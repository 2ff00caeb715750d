"""Tables behind model classes, and the types of their columns."""

from __future__ import annotations

import ast
import re
from functools import cached_property

from crashworthy.source.flow.values import Ref, Several, Value
from crashworthy.source.index import Index
from crashworthy.source.sql import Statement
from crashworthy.source.symbols import Class

_COLUMN_TYPES = {
    "integer": re.compile(r"\b(?:Integer|BigInteger|SmallInteger|int|(?:Positive)?(?:Big|Small)?IntegerField)\b"),
    "number": re.compile(r"\b(?:Float|Numeric|Decimal|float|FloatField|DecimalField|DECIMAL)\b"),
    "boolean": re.compile(r"\b(?:Boolean|bool|BooleanField)\b"),
    "string": re.compile(r"\b(?:String|Text|Unicode|str|CharField|TextField|SlugField|EmailField|URLField)\b"),
}


class Tables:
    """Knows them, by the models and schema scripts of the folder."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def table(self, class_: Class) -> str | None:
        """The table of a model class, or None when it is no model."""
        named = class_.attributes.get("__tablename__")
        if named is not None and named.values and isinstance(named.values[0], ast.Constant):
            return str(named.values[0].value).lower()
        is_model = any(
            _looks_like_column(variable.values[-1]) for variable in class_.attributes.values() if variable.values
        ) or self.index.inherits(class_, ".Model", "django.db.models.Model", "django.contrib.auth.models.AbstractUser")
        return class_.name.lower() if is_model else None

    def has_version(self, table: str) -> bool:
        """Whether the mapper of a table's class checks a version column on each update."""
        for module in self.index.service_modules:
            for class_ in module.classes:
                if "__mapper_args__" in class_.attributes and self.table(class_) == table:
                    values = class_.attributes["__mapper_args__"].values
                    return any("version_id_col" in ast.unparse(value) for value in values)
        return False

    @cached_property
    def _classes(self) -> dict[str, Class]:
        named = ((self.table(class_), class_) for module in self.index.service_modules for class_ in module.classes)
        return {table: class_ for table, class_ in named if table is not None}

    def note_column(self, class_: Class, name: str, value: Value) -> None:
        """A value goes into a column of a model: it is of the column's type."""
        variable = class_.attributes.get(name)
        if variable is None or not isinstance(value, Ref) or value.shape.kinds:
            return
        text = " ".join(ast.unparse(part) for part in (variable.annotation, *variable.values) if part is not None)
        for kind, pattern in _COLUMN_TYPES.items():
            if pattern.search(text):
                value.shape.ask(kind)
                return

    def note_table_column(self, table: str, name: str, value: Value) -> None:
        """As `note_column`, by the name of the table."""
        class_ = self._classes.get(table)
        if class_ is not None:
            self.note_column(class_, name, value)

    def note_inserted(self, statement: Statement, parameters: Value) -> None:
        """Values that are inserted are of their columns' types."""
        values = parameters.elements if isinstance(parameters, Several) else ()
        if len(values) != len(statement.columns):
            return
        types = self.index.declared.table_types.get(statement.table, {})
        for column, value in zip(statement.columns, values, strict=True):
            if isinstance(value, Ref) and not value.shape.kinds and column in types:
                value.shape.ask(types[column])


def _looks_like_column(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    name = ast.unparse(value.func).rpartition(".")[2]
    return name in {"Column", "mapped_column"} or (
        name.endswith("Field") and ast.unparse(value.func).startswith("models.")
    )
