"""Reads crashworthy.toml; what is wrong in it is told with file, line, key and the nearest valid key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crashworthy.constraints.model import Constraints
from crashworthy.constraints.position import line_of
from crashworthy.core.errors import CrashworthyError
from crashworthy.weaknesses.catalogue import CATALOGUE

FILE_NAME = "crashworthy.toml"

Key = tuple[str | int, ...]


def load_constraints(folder: Path) -> Constraints:
    """The constraints of the service in `folder`; empty ones when it has no crashworthy.toml."""
    file = folder / FILE_NAME
    if not file.is_file():
        return Constraints()
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise CrashworthyError(f"{file} is not UTF-8: {problem.reason}", remedy="Save the file as UTF-8.") from None
    except OSError as problem:
        raise CrashworthyError(f"{file} cannot be read: {problem.strerror}") from None
    return parse_constraints(text, str(file))


def parse_constraints(text: str, name: str = FILE_NAME) -> Constraints:
    """The constraints in a TOML text; `name` is the file's name in errors."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        where = f"{name}:{line.group(1)}" if line else name
        raise CrashworthyError(f"{where}: this is not TOML: {problem}") from None
    try:
        constraints = Constraints.model_validate(document)
    except ValidationError as problem:
        complaints = [_complaint(error, text, name) for error in problem.errors()]
        first, *more = complaints
        raise CrashworthyError(first, details="\n".join(more), remedy=_remedy(problem.errors()[0])) from None
    for number, acceptance in enumerate(constraints.accept):
        if acceptance.weakness not in CATALOGUE:
            near = _nearest(acceptance.weakness, list(CATALOGUE))
            where = f"{name}:{line_of(text, ('accept', number, 'weakness'))}"
            raise CrashworthyError(
                f"{where}: accept.weakness: there is no weakness called {acceptance.weakness!r}{near}",
                remedy=f"Known are: {', '.join(sorted(CATALOGUE))}.",
            )
    return constraints


def _complaint(error: ErrorDetails, text: str, name: str) -> str:
    key = error["loc"]
    shown = _shown(key)
    where = f"{name}:{line_of(text, key)}"
    if error["type"] == "extra_forbidden":
        return f"{where}: {shown} is not a key that crashworthy knows{_nearest(str(key[-1]), _keys_beside(key))}"
    if error["type"] == "missing":
        return f"{where}: {shown} is missing"
    message = error["msg"][0].lower() + error["msg"][1:]
    return f"{where}: {shown} = {error['input']!r}: {message}"


def _remedy(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return f"Valid here: {', '.join(_keys_beside(error['loc']))}."
    return "`crashworthy schema constraints` prints every key with its type and range."


def _shown(key: Sequence[str | int]) -> str:
    """Such as `dependencies[2].latency_ms`."""
    shown = ""
    for part in key:
        shown += f"[{part + 1}]" if isinstance(part, int) else ("." if shown else "") + part
    return shown


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def _keys_beside(key: Sequence[str | int]) -> list[str]:
    """The valid keys of the table in which `key` stands."""
    model: Any = Constraints
    for part in key[:-1]:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = _model_in(model.model_fields[part].annotation)
    return sorted(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _model_in(annotation: Any) -> Any:
    """The model inside `tuple[Model, ...]` or `Model | None`."""
    if get_origin(annotation) in (tuple, Union, UnionType):
        return next((each for each in get_args(annotation) if isinstance(each, type)), None)
    return annotation
