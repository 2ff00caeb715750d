"""Post-import hooks: change a module right after it was executed, without importing it for the service."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Hook = Callable[[Any], None]


class PostImportFinder:
    """A meta path finder that finds nothing itself; it has hooks run after the real loader is done."""

    def __init__(self, hooks: dict[str, Hook]) -> None:
        self._hooks = hooks
        self._searching = threading.local()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Let the other finders find the module, and add the hook to what they found."""
        hook = self._hooks.get(name)
        # Another finder of this kind (the sensor's) asks all finders too; without the flag they ask forever.
        if hook is None or getattr(self._searching, "name", None) == name:
            return None
        self._searching.name = name
        try:
            spec = self._search(name, path, target)
        finally:
            self._searching.name = None
        if spec is not None and spec.loader is not None:
            _run_after(spec.loader, hook)
        return spec

    def _search(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None


def _run_after(loader: Any, hook: Hook) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        try:
            hook(module)
        except Exception:
            # A version that is built differently: the service must run all the same, if on its own port.
            return

    try:
        # On the instance, so that the loader keeps its type: importlib.resources and pkgutil look at it.
        loader.exec_module = exec_module
    except AttributeError:
        return


def after_import(hooks: dict[str, Hook]) -> None:
    """Run each hook with its module once that was imported; at once where it already is."""
    sys.meta_path.insert(0, PostImportFinder(hooks))
    for name, hook in hooks.items():
        if name in sys.modules:
            hook(sys.modules[name])
