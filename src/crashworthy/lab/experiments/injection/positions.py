"""In which position of what a sink was given does marked text stand? One function per attack.

Standard library only: written tests take a copy along, so that they decide as the experiment does. Each function is
given what was reported of one call of a sink (see the sensor's `sinks`) and the payload's settings, and returns the
position in words and as an index into the report's text, or None where the text is no more than data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

# Relative, so that the copy beside a written test finds its own.
from .lexers import active, dialect_of, shell_code, sql_code, template_code

Position = tuple[str, int]
Report = Mapping[str, Any]

# Settings of a payload.
MARKER, PROBES, WHOLE, OUTSIDE = "marker", "probes", "whole", "outside"

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "0"})  # noqa: S104 - compared only

# Programs that take any text as it is, and those whose arguments are another program's.
_TAKE_ANYTHING = frozenset({"echo", "printf", "true", "false", "test", "logger", "sleep"})
_RUN_OTHERS = re.compile(r"python[\d.]*|node|ruby|perl|php|java|env|nice|timeout|sudo|xargs|[a-z]*sh")
# An operator that each value passes but one: of no harm by itself, whatever the filter is for.
OPERATOR = "$ne"
_STRUCTURE = frozenset({"$and", "$or", "$nor", "$not", "$elemMatch", "$match"})
_INSTRUCTS = frozenset({"system", "developer"})


def sql(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """Punctuation of ours outside of any literal, quoted identifier or comment of a statement."""
    text = str(report["text"])
    if settings.get(WHOLE) and text.strip().lower().startswith(str(settings[WHOLE]).lower()):
        # Who gives the whole statement was asked for one: a console is not broken into by being used.
        return None
    return _active(text, sql_code(text, dialect_of(str(report.get("driver", "")))), settings, "outside of any literal")


def command(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """A separator or substitution of ours that a shell reads as such; or the program itself."""
    marker = str(settings[MARKER])
    text = str(report["text"])
    if report["sink"] == "shell":
        return _active(text, shell_code(text), settings, "outside of any quotes")
    arguments = _texts(report.get("arguments"))
    if arguments and PurePosixPath(arguments[0]).name.lower().startswith(marker):
        return "as the program that is started", 0
    return None


def argument(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """An option of ours where the program expects options."""
    marker = str(settings[MARKER])
    arguments = _texts(report.get("arguments"))
    program = PurePosixPath(arguments[0]).name if arguments else ""
    if program in _TAKE_ANYTHING or _RUN_OTHERS.fullmatch(program):
        return None
    for index, given in enumerate(arguments[1:], 1):
        before = arguments[index - 1]
        if given == "--":
            return None
        if not given.lower().startswith(f"--{marker}"):
            continue
        # What follows an option may be its value, whatever it looks like.
        is_value = index > 1 and before.startswith("-") and "=" not in before
        return None if is_value else (f"as an option, at the beginning of argument {index}", 0)
    return None


def code(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """A call of ours, `b(c)`, whose names the executed code refers to; inside a literal they are no names.

    Who executes code of others on purpose, in RestrictedPython, is not accused of it.
    """
    marker = str(settings[MARKER])
    if report.get("restricted"):
        return None
    names = {name.lower() for name in _texts(report.get("names"))}
    if {f"{marker}b", f"{marker}c"} <= names:
        return "as names that the executed code refers to", max(0, str(report["text"]).lower().find(f"{marker}b"))
    return None


def template(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """An expression of ours between a template's own delimiters, in an engine that is not a sandbox."""
    if report.get("sandboxed"):
        return None
    text = str(report["text"])
    return _active(text, template_code(text), settings, "between the template's own delimiters")


def path(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """The real path is the one that the payload aimed at, outside of the service's files."""
    marker = str(settings[MARKER])
    outside, resolved = str(settings.get(OUTSIDE) or ""), str(report.get("resolved", ""))
    if not outside or not report.get("use"):
        return None
    if resolved.lower().startswith(f"{outside}/{marker}".lower()):
        return "in a path that leads out of the service's folder", 0
    return None


def unpickled(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """A class or module that only the payload named is looked for."""
    marker = str(settings[MARKER])
    module = str(report["text"]).split(".")[0].lower()
    return ("as the module of an object to be made", 0) if module == f"{marker}b" else None


def log(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """At the beginning of a line of its own."""
    marker = str(settings[MARKER])
    at = str(report["text"]).lower().find(f"\n{marker}b")
    return ("at the beginning of a line of its own", at + 1) if at >= 0 else None


def mail(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """At the beginning of a header of its own."""
    marker = str(settings[MARKER])
    head = re.split(r"\r?\n\r?\n", str(report["text"]), maxsplit=1)[0]
    match = re.search(rf"(?:^|\n)(x-{marker}:)", head, re.IGNORECASE)
    return ("as a header of its own", match.start(1)) if match else None


def prompt(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """In a message with the role of who gives instructions."""
    marker = str(settings[MARKER])
    role = str(report.get("role"))
    if role not in _INSTRUCTS:
        return None
    return f"in a message with the role {role!r}", max(0, str(report["text"]).lower().find(marker))


def documents(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """Our operator where a filter has a field's value; what another operator compares with is a value as it is."""
    marker = str(settings[MARKER])
    text = str(report["text"])
    try:
        is_operator = _holds_operator(json.loads(text), marker, "")
    except (ValueError, RecursionError):
        return None
    return ("as an operator of its own", text.lower().find(marker)) if is_operator else None


def _holds_operator(value: Any, marker: str, key: str) -> bool:
    if isinstance(value, list):
        return any(_holds_operator(each, marker, key) for each in value)
    if not isinstance(value, dict) or (key.startswith("$") and key not in _STRUCTURE):
        return False
    if any(name == OPERATOR and str(given).lower() == marker for name, given in value.items()):
        return True
    return any(_holds_operator(below, marker, name) for name, below in value.items())


def directory(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """A parenthesis of ours that is not escaped, and so begins a condition (RFC 4515, section 3)."""
    at = str(report["text"]).lower().find(f"({settings[MARKER]}b=")
    return ("as a condition of its own", at) if at >= 0 else None


def request(report: Report, settings: Mapping[str, Any]) -> Position | None:
    """A connection to the port of this machine, or the very host, that the payload named; or its file."""
    if report["sink"] != "connect":
        return path(report, settings)
    local = _host(report) in LOOPBACK or _host(report) == settings.get("host")
    same = local and report.get("port") == settings.get("port")
    return ("as the address of a connection", 0) if same else None


def _host(report: Report) -> str:
    return str(report.get("host")).removeprefix("::ffff:")


_POSITIONS: dict[str, tuple[frozenset[str], Callable[[Report, Mapping[str, Any]], Position | None]]] = {
    "sql": (frozenset({"sql"}), sql),
    "command": (frozenset({"shell", "arguments"}), command),
    "argument": (frozenset({"arguments"}), argument),
    "code": (frozenset({"code"}), code),
    "template": (frozenset({"template"}), template),
    "path": (frozenset({"path"}), path),
    "archive": (frozenset({"path"}), path),
    "unpickled": (frozenset({"unpickle", "import"}), unpickled),
    "log": (frozenset({"log"}), log),
    "mail": (frozenset({"mail"}), mail),
    "prompt": (frozenset({"prompt"}), prompt),
    "documents": (frozenset({"documents"}), documents),
    "directory": (frozenset({"directory"}), directory),
    "request": (frozenset({"connect", "path"}), request),
}


def sinks_of(attack: str) -> frozenset[str]:
    """The sinks that an attack looks at."""
    return _POSITIONS[attack][0] if attack in _POSITIONS else frozenset()


def find(attack: str, report: Report, settings: Mapping[str, Any]) -> Position | None:
    """The position of the marker in one call of a sink, where it is more than data for this attack."""
    if report["sink"] not in sinks_of(attack):
        return None
    return _POSITIONS[attack][1](report, settings)


def _active(text: str, is_code: list[bool], settings: Mapping[str, Any], where: str) -> Position | None:
    for probe in _texts(settings.get(PROBES)):
        at = active(text, is_code, probe)
        if at is not None:
            return where, at
    return None


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
