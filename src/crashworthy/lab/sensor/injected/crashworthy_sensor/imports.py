"""Patch modules right after the service imported them; import none of them ourselves."""

from __future__ import annotations

import sys

from crashworthy_sensor.events import sensor_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    Patch = Callable[[Any], None]

_patches: dict[str, list[Patch]] = {}
_patched: set[str] = set()
_listeners: list[Callable[[], None]] = []


def when_imported(name: str, patch: Patch) -> None:
    """Call `patch` with the module `name` once it is loaded: now, or right after its import."""
    _patches.setdefault(name, []).append(patch)
    module = sys.modules.get(name)
    if module is not None:
        _apply(name, module, (patch,))


def when_patched(listener: Callable[[], None]) -> None:
    """Call `listener` each time a module has been patched."""
    _listeners.append(listener)


def patched() -> frozenset[str]:
    """Names of the modules that were patched without an error."""
    return frozenset(_patched)


def watch_imports() -> None:
    """Begin to watch imports."""
    sys.meta_path.insert(0, _Finder())


def _apply(name: str, module: ModuleType, patches: Sequence[Patch]) -> None:
    try:
        for patch in patches:
            patch(module)
        _patched.add(name)
    except Exception:
        sensor_error(f"patching {name}")
    for listener in _listeners:
        try:
            listener()
        except Exception:
            sensor_error(f"after patching {name}")


class _Finder:
    def __init__(self) -> None:
        self._busy: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _patches or name in self._busy:
            return None
        self._busy.add(name)
        try:
            for finder in sys.meta_path:
                find_spec = getattr(finder, "find_spec", None)
                if finder is self or find_spec is None:
                    continue
                spec: ModuleSpec | None = find_spec(name, path, target)
                if spec is not None:
                    if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                        spec.loader = _Loader(spec.loader, name)  # type: ignore[assignment]
                    return spec
            return None
        finally:
            self._busy.discard(name)


class _Loader:
    """Stands before the real loader until the module has been executed."""

    def __init__(self, loader: Any, name: str) -> None:
        self._loader = loader
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        # From here on nobody shall see that we stood in between.
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        _apply(self._name, module, _patches.get(self._name, ()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
