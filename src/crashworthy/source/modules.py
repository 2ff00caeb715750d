"""The folder's own modules, and which of them an import means."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import PurePosixPath

from crashworthy.source.symbols import Import, Module

DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


class Modules:
    """Modules by path. `roots` counts how many imports were found to start from a folder."""

    def __init__(self, modules: dict[str, Module]) -> None:
        self.modules = modules
        self.roots: Counter[str] = Counter()
        self._found: dict[tuple[str, str], Module | None] = {}

    def find(self, dotted: str, importer: str) -> Module | None:
        """The folder's own module that `import dotted` in the file `importer` means, or None."""
        key = (str(PurePosixPath(importer).parent), dotted)
        if key not in self._found:
            self._found[key] = self._search(dotted, importer)
        return self._found[key]

    def _search(self, dotted: str, importer: str) -> Module | None:
        if not dotted:
            return None
        relative = dotted.replace(".", "/")
        ancestors = [join(str(parent)) for parent in PurePosixPath(importer).parents]
        # A package's own folder is no place that imports start from, unless a script inside is run directly.
        packages = [folder for folder in ancestors if f"{folder}__init__.py" in self.modules]
        starts = [folder for folder in ancestors if folder not in packages]
        is_standard = dotted.split(".")[0] in sys.stdlib_module_names
        if not is_standard:
            starts = [*starts, *packages, *self._side_folders]
        for start in starts:
            for suffix in (".py", "/__init__.py"):
                module = self.modules.get(f"{start}{relative}{suffix}")
                if module is not None:
                    self.roots[start] += 1
                    return module
            if f"{start}{relative}" in self._namespaces:
                self.roots[start] += 1
                return None
        return None

    @cached_property
    def _side_folders(self) -> tuple[str, ...]:
        """Folders that are not packages and hold Python files: imports may start there (a `src` beside `scripts`)."""
        folders = {join(str(PurePosixPath(path).parent)) for path in self.modules}
        plain = [folder for folder in folders if f"{folder}__init__.py" not in self.modules]
        plain += [join(str(PurePosixPath(folder).parent)) for folder in folders if folder]
        return tuple(sorted({folder for folder in plain if folder.count("/") <= 2}))

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        """Folders with Python files but without `__init__.py`."""
        folders = {str(parent) for path in self.modules for parent in PurePosixPath(path).parents}
        return frozenset(folder for folder in folders if f"{folder}/__init__.py" not in self.modules)

    def absolute(self, binding: Import, module: Module) -> str:
        """The dotted name that an import names, without leading dots."""
        if not binding.level:
            return binding.module
        package = module.file.module.split(".")
        if not module.file.path.endswith("__init__.py"):
            package = package[:-1]
        base = package[: max(0, len(package) - binding.level + 1)]
        return ".".join([*base, *filter(None, [binding.module])])

    def relative(self, binding: Import, module: Module) -> Module | None:
        """The module that a relative import means."""
        folder = PurePosixPath(module.file.path).parent
        for _ in range(binding.level - 1):
            folder = folder.parent
        path = join(str(folder)) + binding.module.replace(".", "/")
        return self.modules.get(f"{path}.py") or self.modules.get(f"{path}/__init__.py".removeprefix("/"))

    @cached_property
    def _relative(self) -> frozenset[str]:
        """Folders whose modules import relatively, and so are packages even without `__init__.py`."""
        return frozenset(
            join(str(PurePosixPath(path).parent))
            for path, module in self.modules.items()
            if any(isinstance(binding, Import) and binding.level for binding in module.names.values())
        )

    def import_root(self, path: str) -> str:
        """The folder ("" or ending with "/") from which the module at `path` is imported."""
        parents = [join(str(parent)) for parent in PurePosixPath(path).parents]
        used = [parent for parent in parents if self.roots[parent]]
        if used:
            return max(used, key=lambda parent: self.roots[parent])
        return next(
            (
                parent
                for parent in parents
                if f"{parent}__init__.py" not in self.modules and parent not in self._relative
            ),
            "",
        )

    def imported_from(self, paths: Iterable[str]) -> frozenset[str]:
        """Paths of the modules that those at `paths` import, directly or not, themselves included.

        A text that names a module or package (`INSTALLED_APPS`, `import_module("app.jobs")`) counts as an import.
        """
        by_name: dict[str, list[str]] = defaultdict(list)
        for path, module in self.modules.items():
            parts = module.file.module.split(".")
            for end in range(1, len(parts) + 1):
                by_name[".".join(parts[:end])].append(path)
        seen: set[str] = set()
        pending = [path for path in paths if path in self.modules]
        while pending:
            path = pending.pop()
            if path not in seen:
                seen.add(path)
                pending.extend(self._imports(self.modules[path], by_name) - seen)
        return frozenset(seen)

    def _imports(self, module: Module, by_name: dict[str, list[str]]) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(module.node):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value.partition(":")[0]
                if "." in name or any(path.endswith("/__init__.py") for path in by_name.get(name, ())):
                    found.update(by_name.get(name, ()) or by_name.get(name.rpartition(".")[0], ()))
                if DOTTED.fullmatch(name) and name not in by_name:
                    target = self.find(name, module.file.path)
                    found.update([target.file.path] if target is not None else [])
            bindings: list[Import] = []
            if isinstance(node, ast.Import):
                bindings = [Import(alias.name, None, 0) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                bindings = [Import(node.module or "", alias.name, node.level) for alias in node.names]
            for binding in bindings:
                found.update(self._import_paths(binding, module))
        return found

    def _import_paths(self, binding: Import, module: Module) -> Iterator[str]:
        full = Import(f"{binding.module}.{binding.name}".strip("."), None, binding.level)
        for one in (binding, full) if binding.name else (binding,):
            target = self.relative(one, module) if one.level else self.find(one.module, module.file.path)
            if target is not None:
                yield target.file.path
                for parent in PurePosixPath(target.file.path).parents:
                    package = f"{join(str(parent))}__init__.py"
                    if package in self.modules:
                        yield package


def join(folder: str) -> str:
    """A folder as a prefix of paths: "" or ending with a slash."""
    return "" if folder in {".", ""} else f"{folder}/"


def plain_name(path: str) -> str:
    """The dotted name of a file, from the folder that its path starts from."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
