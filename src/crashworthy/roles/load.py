"""Finds and reads roles: those that come with crashworthy, and files of the user's own."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from crashworthy.core.errors import CrashworthyError
from crashworthy.roles.model import Role


@cache
def library() -> dict[str, Role]:
    """The roles that come with crashworthy, by id, in the order of their titles."""
    folder = files("crashworthy.roles") / "library"
    texts = [(entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir()]
    roles = [parse_role(text, name) for name, text in texts if name.endswith(".toml")]
    return {role.id: role for role in sorted(roles, key=lambda role: role.title)}


def find_role(name: str) -> Role:
    """The role in the file `name`, or the role of the library with that id."""
    if name.endswith(".toml"):
        try:
            return parse_role(Path(name).read_text(encoding="utf-8"), name)
        except (OSError, UnicodeDecodeError) as problem:
            raise CrashworthyError(f"{name} cannot be read: {problem}") from None
    if name not in library():
        near = difflib.get_close_matches(name, library(), n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise CrashworthyError(
            f"there is no role called {name!r}",
            remedy=f"{hint}`crashworthy role list` prints the library; a role of your own is a file: ROLE.toml.",
        )
    return library()[name]


def parse_role(text: str, name: str) -> Role:
    """The role in a TOML text; `name` is the file's name in errors."""
    try:
        return Role.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise CrashworthyError(f"{name}: this is not TOML: {problem}") from None
    except ValidationError as problem:
        lines = [
            f"{'.'.join(str(part) for part in error['loc']) or 'role'}: {error['msg']}" for error in problem.errors()
        ]
        raise CrashworthyError(f"{name} is not a role: {lines[0]}", details="\n".join(lines[1:])) from None
