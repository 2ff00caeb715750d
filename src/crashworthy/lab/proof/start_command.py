"""How a written test starts the service, without crashworthy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.service.detect import detect
from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

_ASGI = frozenset({"fastapi", "starlette", "litestar", "quart"})


@dataclass(frozen=True)
class StartCommand:
    """Words to run; "{python}" and "{port}" are filled in by the test. `folder` is relative to the service's root."""

    command: tuple[str, ...]
    folder: str = "."
    before: tuple[tuple[str, ...], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


def start_command(source: Path, command: str | None = None) -> StartCommand:
    """The command of the best start of the service. CrashworthyError when there is none.

    `command` is `[service] command` of crashworthy.toml.
    """
    tree = parse_folder(source)
    plan = detect(tree, command)[0]
    return StartCommand(
        command=_words(plan),
        folder=plan.folder,
        before=tuple(_words(step) for step in plan.before),
        environment=(*_needed(tree), *plan.environment),
    )


def _words(plan: StartPlan) -> tuple[str, ...]:
    """Without reloading: a reloader goes on when the service does not start, and the test would wait for it."""
    return tuple(word for word in _all_words(plan) if word != "--reload")


def _all_words(plan: StartPlan) -> tuple[str, ...]:
    match plan.kind:
        case StartKind.SCRIPT:
            return ("{python}", *plan.words)
        case StartKind.MODULE:
            return ("{python}", "-m", *plan.words)
        case StartKind.PROGRAM:
            return _program(plan)
        case StartKind.OBJECT | StartKind.FACTORY:
            return _target(plan)
        case _:
            return plan.words


def _program(plan: StartPlan) -> tuple[str, ...]:
    """A program of a Python package, run by the interpreter that has the package, as one process.

    Requests in different processes could not be brought together.
    """
    program, *rest = plan.words
    if program == "gunicorn":
        return ("{python}", "-m", "gunicorn", *rest, "--workers", "1", "--threads", "8")
    return ("{python}", "-m", program, *rest)


def _target(plan: StartPlan) -> tuple[str, ...]:
    factory = plan.kind is StartKind.FACTORY
    if plan.framework in _ASGI:
        # The tests bring tasks together in asyncio's own loop.
        words = ("{python}", "-m", "uvicorn", plan.target, "--loop", "asyncio", "--port", "{port}")
        return (*words, "--factory") if factory else words
    if plan.framework == "flask":
        target = f"{plan.target}()" if factory else plan.target
        return ("{python}", "-m", "flask", "--app", target, "run", "--port", "{port}")
    if plan.framework == "aiohttp":
        raise CrashworthyError("an aiohttp application needs a command to be started by a test")
    return ("{python}", "-m", "crashworthy_interleave", f"{plan.target}()" if factory else plan.target)


def _needed(tree: SourceTree) -> tuple[tuple[str, str], ...]:
    """Variables without which the source fails, with a value that holds for a test; the caller's own ones win."""
    found = {}
    for read in tree.environment:
        if read.required and read.default is None:
            name = read.name.upper()
            url = "sqlite:///test.db" if "DATABASE" in name or name.startswith("DB") else "http://dependency.invalid"
            found[read.name] = url if name.endswith(("URL", "URI", "DSN")) else "for-a-test"
    return tuple(found.items())
