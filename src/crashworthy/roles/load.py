"""Finds and reads roles: those that come with crashworthy, and files of the user's own."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from crashworthy.core.errors import CrashworthyError
from crashworthy.roles.catalogue import Raw, completed, folder
from crashworthy.roles.model import Role

ENDINGS = (".toml", ".yaml", ".yml")


@cache
def library() -> dict[str, Role]:
    """The roles that come with crashworthy, by id, in the order of their titles."""
    texts = [(entry.name, entry.read_text(encoding="utf-8")) for entry in (folder() / "roles").iterdir()]
    roles = [parse_role(text, name) for name, text in texts if name.endswith(".toml")]
    return {role.id: role for role in sorted(roles, key=lambda role: role.title)}


def find_role(name: str) -> Role:
    """The role in the file `name`, or the role of the library with that id or other name."""
    if name.lower().endswith(ENDINGS):
        try:
            return parse_role(Path(name).read_text(encoding="utf-8"), name)
        except (OSError, UnicodeDecodeError) as problem:
            raise CrashworthyError(f"{name} cannot be read: {problem}") from None
    names = _names()
    wanted = _plain(name)
    if wanted not in names:
        near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.4)
        hint = f"Did you mean {names[near[0]].id}? " if near else ""
        raise CrashworthyError(
            f"there is no role called {name!r}",
            remedy=f"{hint}`crashworthy role library` prints the library; a role of your own is a file: ROLE.toml.",
        )
    return names[wanted]


def parse_role(text: str, name: str) -> Role:
    """The role in a TOML or YAML text; `name` is the file's name, which says which, and stands in errors."""
    try:
        return Role.model_validate(completed(_parse(text, name)))
    except ValidationError as problem:
        lines = [
            f"{'.'.join(str(part) for part in error['loc']) or 'role'}: {error['msg']}" for error in problem.errors()
        ]
        raise CrashworthyError(f"{name} is not a role: {lines[0]}", details="\n".join(lines[1:])) from None


def _parse(text: str, name: str) -> Raw:
    try:
        content = tomllib.loads(text) if name.lower().endswith(".toml") else yaml.safe_load(text)
    except tomllib.TOMLDecodeError as problem:
        raise CrashworthyError(f"{name}: this is not TOML: {problem}") from None
    except yaml.YAMLError as problem:
        raise CrashworthyError(f"{name}: this is not YAML: {problem}") from None
    if not isinstance(content, dict):
        raise CrashworthyError(f"{name} is not a role: it holds no names with values")
    return content


@cache
def _names() -> dict[str, Role]:
    """Roles by all their names; an id goes before another role's alias."""
    aliases = {_plain(alias): role for role in library().values() for alias in (*role.aliases, role.title)}
    return aliases | library()


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "-")
