"""Reads a command line as a person wrote it into a start plan."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from crashworthy.lab.service.plan import StartKind, StartPlan

# Programs of Python packages that serve, with the sub-commands that make them do so (none: always).
SERVERS: Mapping[str, frozenset[str]] = {
    "daphne": frozenset(),
    "fastapi": frozenset({"run", "dev"}),
    "flask": frozenset({"run"}),
    "granian": frozenset(),
    "gunicorn": frozenset(),
    "hypercorn": frozenset(),
    "litestar": frozenset({"run"}),
    "quart": frozenset({"run"}),
    "sanic": frozenset(),
    "uvicorn": frozenset(),
    "waitress-serve": frozenset(),
}
_WRAPPERS = (
    ("uv", "run"),
    ("poetry", "run"),
    ("pipenv", "run"),
    ("pdm", "run"),
    ("rye", "run"),
    ("hatch", "run"),
    ("exec",),
    ("nohup",),
    ("env",),
    ("time",),
)
# Variables by which frameworks find the application; all others are examples of values.
_FRAMEWORK_VARIABLES = re.compile(
    r"(FLASK|QUART|UVICORN|HYPERCORN|GUNICORN|LITESTAR|DJANGO_SETTINGS)_\w+|PYTHONPATH|WEB_CONCURRENCY"
)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-=]([^}]*))?\}|(\w+))")
_PYTHON = re.compile(r"(python|py)(\d(\.\d+)?)?")
_SHELL_SYNTAX = re.compile(r"&&|\|\||[;|<>`]|\$\(")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(\(.*\))?")
_PREPARES = re.compile(r"(init|create|setup|set_up|migrat|seed|bootstrap|populate)", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One command of a line: a server, or something that prepares its start."""

    plan: StartPlan
    serves: bool


def read_command(text: str, origin: str) -> StartPlan:
    """The plan for a command that is known to start the service, such as `[service] command`."""
    steps = read_line(text, origin) if not _SHELL_SYNTAX.search(text) else []
    if steps:
        return steps[0].plan
    if _SHELL_SYNTAX.search(text):
        return StartPlan(StartKind.COMMAND, ("/bin/sh", "-c", text), origin=origin)
    words, environment = _split(text)
    return _with_environment(StartPlan(StartKind.COMMAND, tuple(words), origin=origin), environment)


def read_line(text: str, origin: str) -> list[Step]:
    """The commands of a line (joined by && or ;) that start a Python service or prepare that; others are left out."""
    steps = []
    for part in re.split(r"&&|;", text):
        try:
            words, environment = _split(part)
        except ValueError:  # no shell command after all
            continue
        step = _read_words(words, origin)
        if step is not None:
            steps.append(replace(step, plan=_with_environment(step.plan, environment)))
    return steps


def target_of(plan: StartPlan) -> str | None:
    """The module (`package.module`) that a server's words name, where they do."""
    for word in plan.words[1:]:
        if _TARGET.fullmatch(word):
            return word.partition(":")[0]
    if plan.words and plan.words[0] == "gunicorn":
        modules = [word for word in plan.words[1:] if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", word)]
        return modules[-1] if modules else None
    return None


def exists_in(plan: StartPlan, folder: Path) -> bool:
    """Whether the file or module that the plan names is in the folder."""
    if plan.kind is StartKind.SCRIPT:
        return (folder / plan.words[0]).is_file()
    if plan.kind is StartKind.MODULE and plan.words[0] not in SERVERS:
        return _module_exists(plan.words[0], folder)
    module = target_of(plan)
    if module is None:
        return True
    below = next((plan.words[i + 1] for i, word in enumerate(plan.words[:-1]) if word in ("--app-dir", "--chdir")), ".")
    return _module_exists(module, folder / below)


def _module_exists(module: str, folder: Path) -> bool:
    path = folder.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def _split(text: str) -> tuple[list[str], dict[str, str]]:
    """Words and leading assignments; variables get their defaults, and PORT becomes `{port}`."""
    words = shlex.split(text, comments=True)
    environment: dict[str, str] = {}
    while words:
        found = _ASSIGNMENT.fullmatch(words[0])
        if found:
            environment[found[1]] = found[2]
            words = words[1:]
        elif (prefix := _wrapper(words)) > 0:
            words = words[prefix:]
        else:
            break
    return [_fill_in(word, environment) for word in _without_redirections(words)], environment


def _wrapper(words: list[str]) -> int:
    """How many words only prepare the environment of the command that follows."""
    for wrapper in _WRAPPERS:
        if tuple(words[: len(wrapper)]) == wrapper:
            count = len(wrapper)
            while count < len(words) and words[count].startswith("-"):
                count += 1
            return count
    return 0


def _without_redirections(words: list[str]) -> list[str]:
    for position, word in enumerate(words):
        if re.fullmatch(r"\d?[<>].*|&|\d?>&\d|\|.*", word):
            return words[:position]
    return words


def _fill_in(word: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        return "{port}" if name == "PORT" else environment.get(name, found[2] or "")

    return _VARIABLE.sub(value, word)


def _with_environment(plan: StartPlan, environment: Mapping[str, str]) -> StartPlan:
    for_framework = {name for name in environment if _FRAMEWORK_VARIABLES.fullmatch(name)}
    return replace(
        plan,
        environment=tuple((name, value) for name, value in environment.items() if name in for_framework),
        declared_environment=tuple((name, value) for name, value in environment.items() if name not in for_framework),
    )


def _read_words(words: list[str], origin: str) -> Step | None:
    if not words:
        return None
    program, rest = PurePosixPath(words[0]).name, words[1:]
    if _PYTHON.fullmatch(program):
        while rest and re.fullmatch(r"-[uOBEsSI]+", rest[0]):
            rest = rest[1:]
        if len(rest) > 1 and rest[0] == "-m":
            return _read_module(rest[1:], origin)
        return _read_script(rest, origin) if rest and rest[0].endswith(".py") else None
    if program.endswith(".py") and "/" in words[0]:
        return _read_script(words, origin)
    return _read_program([program, *rest], StartKind.PROGRAM, origin)


def _read_module(words: list[str], origin: str) -> Step | None:
    if words[0] in SERVERS or words[0] in ("alembic", "django"):
        return _read_program(words, StartKind.MODULE, origin)
    if words[0] in ("venv", "pip", "pytest", "unittest", "build", "http.server"):
        return None
    prepares = bool(_PREPARES.search(words[0].rpartition(".")[2]))
    return Step(StartPlan(StartKind.MODULE, tuple(words), origin=origin), serves=not prepares)


def _read_script(words: list[str], origin: str) -> Step | None:
    path = PurePosixPath(words[0])
    words = [str(path), *words[1:]]
    if path.name == "manage.py":
        return _read_manage(words, origin)
    if path.name == "setup.py" or re.match(r"(test|conftest)", path.name):
        return None
    return Step(StartPlan(StartKind.SCRIPT, tuple(words), origin=origin), serves=not _PREPARES.search(path.stem))


def _read_manage(words: list[str], origin: str) -> Step | None:
    command = words[1] if len(words) > 1 else ""
    if command == "runserver":
        # Its reloader reads these words again in a process of its own, so the port has to be among them.
        options = [word for word in words[2:] if word.startswith("-")]
        words = [words[0], "runserver", "127.0.0.1:{port}", *options]
        return Step(StartPlan(StartKind.SCRIPT, tuple(words), framework="django", origin=origin), serves=True)
    if command in ("migrate", "loaddata") or _PREPARES.search(command):
        if "createsuperuser" in command:  # it asks questions
            return None
        options = ["--noinput"] if command == "migrate" and "--noinput" not in words else []
        return Step(StartPlan(StartKind.SCRIPT, (*words, *options), framework="django", origin=origin), serves=False)
    return None


def _read_program(words: list[str], kind: StartKind, origin: str) -> Step | None:
    program, rest = words[0], words[1:]
    plan = StartPlan(kind, tuple(words), origin=origin)
    if program == "alembic":
        return Step(plan, serves=False) if "upgrade" in rest else None
    if program not in SERVERS:
        return None
    subcommands = SERVERS[program]
    if not rest or (subcommands and not subcommands & set(rest)):
        prepares = program == "flask" and any(_PREPARES.search(word) or word == "upgrade" for word in rest)
        return Step(plan, serves=False) if prepares else None
    return Step(plan, serves=True)
