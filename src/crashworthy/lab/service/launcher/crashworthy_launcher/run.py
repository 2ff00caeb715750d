"""Runs what the engine asks for, as if the interpreter had been started on it."""

from __future__ import annotations

import builtins
import importlib.metadata
import os
import runpy
import sys
import traceback
from types import ModuleType, TracebackType
from typing import Any

from . import binding, servers, target
from .control import Control
from .libraries import import_all
from .moment import Moment
from .zygote import Zygote

_OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main(control_fd: int) -> None:
    """Receive the order, put the hooks in place, run. Does not return before the service ends.

    In the mode "warm", libraries are imported first, and then copies are forked that run the order as in "serve".
    """
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _OWN_FOLDER]
    control = Control(control_fd)
    order = control.receive()
    if order is None:
        return
    if order["mode"] == "warm":
        import_all(order["libraries"])
        order = {**order, "mode": "serve", "port": Zygote(control, None).hold_still("")}
        os.environ["PORT"] = str(order["port"])
    moment = Moment(control, order["mode"], order["port"])
    if moment.forces:
        servers.install(moment)
        binding.force_port(moment)
    try:
        _run(order)
    except Exception as error:
        _print_exception(error)
        sys.stdout.flush()
        # Threads of a service that failed to start must not keep the process.
        os._exit(1)


def _run(order: dict[str, Any]) -> None:
    kind, words = order["kind"], [word.replace("{port}", str(order["port"])) for word in order["words"]]
    folder = os.getcwd()
    if kind == "script":
        _run_script(os.path.abspath(words[0]), words[1:])
        return
    sys.path.insert(0, folder)
    # Not the launcher's file: multiprocessing has its children run the file of the main module.
    _become_main(None)
    if kind == "module":
        _set_arguments(words, ["-m", *words])
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    elif kind == "program":
        _run_program(words)
    elif kind == "call":
        _set_arguments([folder], [])
        sys.exit(target.load(order["target"], is_factory=True))
    else:
        _set_arguments([folder], [])
        application = target.load(order["target"], is_factory=kind == "factory")
        target.serve(application, order["framework"], order["port"])


def _set_arguments(arguments: list[str], original: list[str]) -> None:
    """Also the original ones: reloaders start the interpreter again with those."""
    sys.argv = arguments
    sys.orig_argv = [sys.executable, *original]


def _run_script(path: str, arguments: list[str]) -> None:
    """As `python PATH` does it; the absolute path makes every code object's file name absolute too."""
    _set_arguments([path, *arguments], [path, *arguments])
    sys.path.insert(0, os.path.dirname(path))
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, _become_main(path).__dict__)  # noqa: S102


def _become_main(path: str | None) -> ModuleType:
    """Make a new main module, as the interpreter does for a file, or for none."""
    module = ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins, __package__=None, __spec__=None, __loader__=None, __cached__=None)
    if path is not None:
        module.__dict__["__file__"] = path
    sys.modules["__main__"] = module
    return module


def _run_program(words: list[str]) -> None:
    """A console script, found by its entry point, as `pip` writes it."""
    name = words[0]
    found = [point for point in importlib.metadata.entry_points(group="console_scripts") if point.name == name]
    if not found:
        print(f"crashworthy: the command {name} is not installed for this service", file=sys.stderr)
        raise SystemExit(127)
    command = [os.path.join(os.path.dirname(sys.executable), name), *words[1:]]
    _set_arguments(command, command)
    _become_main(command[0] if os.path.isfile(command[0]) else None)
    sys.exit(found[0].load()())


def _print_exception(error: BaseException) -> None:
    """As the interpreter does, without the launcher's own frames at the outer end."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_next is not None and _is_own(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
    sys.stderr.flush()


def _is_own(file: str) -> bool:
    return file.startswith((_OWN_FOLDER, "<frozen runpy>", "<frozen importlib")) or file == importlib.__file__
