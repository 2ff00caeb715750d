"""What is decided for one variable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crashworthy.lab.environment.purpose import Purpose, words_of


class Origin(StrEnum):
    """Where a variable's value is from."""

    GIVEN = "--env"
    CONFIGURED = "[service.env]"
    EXAMPLE = "the example file"
    DEFAULT = "the source's default"
    NOWHERE = "nowhere"


class Action(StrEnum):
    """What happens to a variable."""

    USE = "used"
    LEAVE = "left to the source's default"
    UNSET = "left unset"
    GENERATE = "generated"
    REPLACE = "replaced"


@dataclass(frozen=True)
class Decision:
    """What is decided for one variable. `value` is what is known or generated; REPLACE turns it into our own."""

    name: str
    purpose: Purpose
    origin: Origin
    action: Action
    value: str | None = None
    note: str = ""


LOGIN_NAMES = frozenset({"EMAIL", "MAIL", "USER", "USERNAME", "LOGIN", "NAME"})
"""Last words of variables that name an account, beside one for its password."""


def names_beside(secrets: Iterable[str], variables: Mapping[str, str]) -> dict[str, str]:
    """Of the variables, those that name the accounts which the secrets belong to."""
    prefixes = {prefix_of(name) for name in secrets} - {""}
    return {
        name: value
        for name, value in variables.items()
        if prefix_of(name) in prefixes and words_of(name)[-1] in LOGIN_NAMES
    }


def prefix_of(name: str) -> str:
    """What the names of one server's parts have in common: "SMTP" of SMTP_HOST."""
    return "_".join(words_of(name)[:-1])
