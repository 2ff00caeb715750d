"""All symbols of a folder, and what an expression in it refers to."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from crashworthy.source import sql
from crashworthy.source.files import ReadFile, is_test
from crashworthy.source.symbols import Class, External, Function, Import, Module, Parameter, Scope, Variable, collect
from crashworthy.source.tree import SourceFile

Symbol: TypeAlias = Module | Class | Function | Variable | Parameter | External

# Imports that lead from name to name are followed this far; more is a cycle.
_MAX_HOPS = 25
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def dotted_name(expression: ast.AST) -> str | None:
    """`a.b.c` for a chain of names and attributes, else None."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return ".".join([expression.id, *reversed(parts)])


@dataclass
class Index:
    """Modules by path. `scripts` holds (path, text) of the folder's SQL scripts."""

    modules: dict[str, Module]
    scripts: tuple[tuple[str, str], ...] = ()
    roots: Counter[str] = field(default_factory=Counter)
    _found: dict[tuple[str, str], Module | None] = field(default_factory=dict)
    _members: dict[tuple[str, str], Symbol | None] = field(default_factory=dict)
    _busy: set[int] = field(default_factory=set)

    @classmethod
    def build(cls, files: Iterable[ReadFile], scripts: tuple[tuple[str, str], ...] = ()) -> Index:
        """Collect the symbols of all files and name their modules by how they import each other."""
        modules = {
            file.path: collect(SourceFile(file.path, _plain_name(file.path), file.text, file.tree)) for file in files
        }
        index = cls(modules, scripts)
        index._name_modules()
        index._members.clear()
        return index

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The parsed files, by path."""
        return tuple(module.file for module in self.modules.values())

    @cached_property
    def functions(self) -> dict[str, Function]:
        """All functions outside tests, by `file:qualified`."""
        return {function.key: function for module in self.service_modules for function in module.functions}

    @cached_property
    def service_modules(self) -> tuple[Module, ...]:
        """Modules that are not tests."""
        return tuple(module for path, module in self.modules.items() if not is_test(path))

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
            target = self._relative_module(one, module) if one.level else self.find_module(one.module, module.file.path)
            if target is not None:
                yield target.file.path
                for parent in PurePosixPath(target.file.path).parents:
                    package = f"{_join(str(parent))}__init__.py"
                    if package in self.modules:
                        yield package

    @cached_property
    def methods(self) -> dict[str, list[Function]]:
        """Methods by their bare name."""
        by_name: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions.values():
            if function.owner is not None:
                by_name[function.name].append(function)
        return by_name

    @cached_property
    def call_sites(self) -> dict[str, list[tuple[ast.Call, Scope]]]:
        """Calls by the last part of the called name."""
        by_name: dict[str, list[tuple[ast.Call, Scope]]] = defaultdict(list)
        for module in self.service_modules:
            for scope in module.scopes:
                for call in scope.calls:
                    name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted_name(call.func)
                    if name is not None:
                        by_name[name].append((call, scope))
        return by_name

    @cached_property
    def configured(self) -> dict[str, list[tuple[ast.expr, Scope]]]:
        """Values of a Flask application's configuration by key: set, given to update(), or in a config class."""
        found: dict[str, list[tuple[ast.expr, Scope]]] = defaultdict(list)
        for module in self.service_modules:
            for key, values in module.assigned.items():
                if key.startswith("config["):
                    found[key[7:-1]].extend(values)
            for scope in module.scopes:
                for call in scope.calls:
                    match call.func:
                        case ast.Attribute(value=ast.Attribute(attr="config"), attr="update" | "from_mapping"):
                            for keyword in call.keywords:
                                found[keyword.arg or ""].append((keyword.value, scope))
                if isinstance(scope, Class) and "config" in scope.name.lower():
                    for name, variable in scope.attributes.items():
                        found[name].extend((value, scope) for value in variable.values)
        return found

    @cached_property
    def schema_scripts(self) -> tuple[str, ...]:
        """Texts with CREATE TABLE statements: SQL scripts of the folder, and those within the source."""
        found = [text for _, text in self.scripts if "create" in text.lower()]
        for module in self.service_modules:
            if "create table" in module.file.text.lower() or "create unique" in module.file.text.lower():
                found.extend(
                    node.value
                    for node in ast.walk(module.node)
                    if isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and "create " in node.value.lower()
                )
        return tuple(found)

    @cached_property
    def table_types(self) -> dict[str, dict[str, str]]:
        """JSON types of columns, by table, as CREATE TABLE declares them."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for script in self.schema_scripts:
            for table, types in sql.column_types(script).items():
                found[table].update(types)
        return found

    @cached_property
    def unique_columns(self) -> dict[str, list[frozenset[str]]]:
        """Sets of columns that CREATE TABLE or CREATE UNIQUE INDEX declare unique, by table."""
        found: dict[str, list[frozenset[str]]] = defaultdict(list)
        for script in self.schema_scripts:
            for table, unique in sql.unique_columns(script).items():
                found[table].extend(unique)
        return found

    # Modules

    def find_module(self, dotted: str, importer: str) -> Module | None:
        """The folder's own module that `import dotted` in the file `importer` means, or None."""
        key = (str(PurePosixPath(importer).parent), dotted)
        if key not in self._found:
            self._found[key] = self._search(dotted, importer)
        return self._found[key]

    def _search(self, dotted: str, importer: str) -> Module | None:
        if not dotted:
            return None
        relative = dotted.replace(".", "/")
        ancestors = [_join(str(parent)) for parent in PurePosixPath(importer).parents]
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
        folders = {_join(str(PurePosixPath(path).parent)) for path in self.modules}
        plain = [folder for folder in folders if f"{folder}__init__.py" not in self.modules]
        plain += [_join(str(PurePosixPath(folder).parent)) for folder in folders if folder]
        return tuple(sorted({folder for folder in plain if folder.count("/") <= 2}))

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        """Folders with Python files but without `__init__.py`."""
        folders = {str(parent) for path in self.modules for parent in PurePosixPath(path).parents}
        return frozenset(folder for folder in folders if f"{folder}/__init__.py" not in self.modules)

    def import_target(self, binding: Import, module: Module) -> Symbol | None:
        """What an import binds: an own module or symbol, or something external."""
        base = self._absolute(binding, module)
        if binding.name is None:
            return self.find_module(base, module.file.path) or External(base)
        if binding.level:
            holder = self._relative_module(binding, module)
            full = Import(f"{binding.module}.{binding.name}".strip("."), None, binding.level)
            inner = self._relative_module(full, module)
        else:
            holder = self.find_module(base, module.file.path)
            inner = self.find_module(f"{base}.{binding.name}", module.file.path)
        if holder is not None and holder is not module:
            symbol = self.member(holder, binding.name)
            if symbol is not None and not (isinstance(symbol, External) and inner is not None):
                return symbol
        if inner is not None:
            return inner
        if holder is not None and binding.name in holder.names:
            return self._own(holder, binding.name)
        return External(f"{base}.{binding.name}")

    def _absolute(self, binding: Import, module: Module) -> str:
        if not binding.level:
            return binding.module
        package = module.file.module.split(".")
        if not module.file.path.endswith("__init__.py"):
            package = package[:-1]
        base = package[: max(0, len(package) - binding.level + 1)]
        return ".".join([*base, *filter(None, [binding.module])])

    def _relative_module(self, binding: Import, module: Module) -> Module | None:
        folder = PurePosixPath(module.file.path).parent
        for _ in range(binding.level - 1):
            folder = folder.parent
        path = _join(str(folder)) + binding.module.replace(".", "/")
        return self.modules.get(f"{path}.py") or self.modules.get(f"{path}/__init__.py".removeprefix("/"))

    # Symbols

    def member(self, module: Module, name: str) -> Symbol | None:
        """What `name` is in `module`, following re-exports."""
        key = (module.file.path, name)
        if key not in self._members:
            self._members[key] = self._member(module, name, _MAX_HOPS)
        return self._members[key]

    def _member(self, module: Module, name: str, hops: int) -> Symbol | None:
        if hops <= 0:
            return None
        binding = module.names.get(name)
        if isinstance(binding, Import):
            holder = self._relative_module(binding, module) if binding.level else None
            if binding.name is not None:
                holder = holder or self.find_module(self._absolute(binding, module), module.file.path)
                if holder is not None and holder is not module and binding.name in holder.names:
                    return self._member(holder, binding.name, hops - 1)
            return self.import_target(binding, module) if hops > 1 else None
        if binding is not None:
            return binding
        for star in module.stars:
            source = (
                self._relative_module(star, module) if star.level else self.find_module(star.module, module.file.path)
            )
            if source is not None and source is not module:
                symbol = self._member(source, name, hops - 1)
                if symbol is not None:
                    return symbol
        package = str(PurePosixPath(module.file.path).parent)
        if module.file.path.endswith("__init__.py"):
            prefix = _join(package)
            return self.modules.get(f"{prefix}{name}.py") or self.modules.get(f"{prefix}{name}/__init__.py")
        return None

    def _own(self, module: Module, name: str) -> Symbol | None:
        binding = module.names.get(name)
        return None if isinstance(binding, Import) else binding

    def lookup(self, name: str, scope: Scope) -> Symbol | None:
        """What a bare name means in a scope, by Python's rules."""
        holder: Scope | None = scope
        while holder is not None:
            if (holder is scope or not isinstance(holder, Class)) and name in holder.names:
                binding = holder.names[name]
                if isinstance(holder, Module):
                    return self.member(holder, name)
                return self.import_target(binding, scope.module) if isinstance(binding, Import) else binding
            holder = holder.parent
        symbol = self.member(scope.module, name)
        if symbol is None and hasattr(builtins, name):
            return External(f"builtins.{name}")
        return symbol

    def resolve(self, expression: ast.AST, scope: Scope) -> Symbol | None:
        """What a name or a chain of attributes refers to; None when that cannot be told."""
        dotted = dotted_name(expression)
        return None if dotted is None else self.resolve_dotted(dotted, scope)

    def resolve_dotted(self, dotted: str, scope: Scope) -> Symbol | None:
        """As `resolve`, for a dotted name."""
        first, *rest = dotted.split(".")
        function = scope if isinstance(scope, Function) else None
        symbol: Symbol | None
        if first in {"self", "cls"} and function is not None and function.owner is not None:
            symbol = function.owner
        else:
            symbol = self.lookup(first, scope)
        for name in rest:
            symbol = self.attribute(symbol, name)
            if symbol is None:
                return None
        return symbol

    def attribute(self, symbol: Symbol | None, name: str) -> Symbol | None:
        """What `symbol.name` refers to."""
        match symbol:
            case Module():
                return self.member(symbol, name)
            case External(dotted=dotted):
                return External(f"{dotted}.{name}")
            case Class():
                return self.class_member(symbol, name)
            case Variable() | Parameter():
                holder = self.instance_of(symbol)
                return None if holder is None else self.attribute(holder, name)
            case _:
                return None

    def class_member(self, class_: Class, name: str, depth: int = 8) -> Symbol | None:
        """A method or attribute of a class or of its bases, where those are in the folder."""
        binding = class_.names.get(name)
        if isinstance(binding, Function | Class):
            return binding
        if name in class_.attributes:
            return class_.attributes[name]
        if depth > 0:
            for base in self.bases(class_):
                if isinstance(base, Class) and base is not class_:
                    symbol = self.class_member(base, name, depth - 1)
                    if symbol is not None:
                        return symbol
        return None

    def bases(self, class_: Class) -> Iterator[Symbol]:
        """The direct bases, without type parameters."""
        for base in class_.node.bases:
            expression = base.value if isinstance(base, ast.Subscript) else base
            symbol = self.resolve(expression, class_.parent or class_)
            if symbol is not None:
                yield symbol

    def inherits(self, class_: Class, *dotted: str, depth: int = 8) -> bool:
        """Whether a class has one of the external classes among its ancestors; `.Name` matches any module."""
        for base in self.bases(class_):
            if isinstance(base, External) and {base.dotted, f".{base.dotted.rpartition('.')[2]}"} & set(dotted):
                return True
            if isinstance(base, Class) and base is not class_ and depth > 0:
                found = self.inherits(base, *dotted, depth=depth - 1)
                if found:
                    return True
        return False

    def origin(self, symbol: Symbol | None) -> Symbol | None:
        """Follow a variable that is only another name for something, and a parameter to what is passed for it."""
        for _ in range(_MAX_HOPS):
            following: Symbol | None = None
            if isinstance(symbol, Variable) and len(symbol.values) == 1:
                if dotted_name(symbol.values[0]) is not None:
                    following = self.resolve(symbol.values[0], symbol.scope)
            elif isinstance(symbol, Parameter):
                following = self._passed(symbol)
            if following is None or following is symbol:
                return symbol
            symbol = following
        return symbol

    def _passed(self, parameter: Parameter) -> Symbol | None:
        found = self.passed(parameter)
        return self.resolve(found[0], found[1]) if found is not None else None

    def passed(self, parameter: Parameter) -> tuple[ast.expr, Scope] | None:
        """The first argument that a call in the folder passes for a parameter, and where."""
        return next(self.all_passed(parameter), None)

    def all_passed(self, parameter: Parameter) -> Iterator[tuple[ast.expr, Scope]]:
        """The arguments that calls in the folder pass for a parameter, and where."""
        function = parameter.function
        shift = 1 if function.owner is not None else 0
        for call, scope in self.call_sites.get(function.name, ()):
            if scope is function or self.callee(call, scope) is not function:
                continue
            for keyword in call.keywords:
                if keyword.arg == parameter.name:
                    yield keyword.value, scope
            if parameter.position is not None and 0 <= parameter.position - shift < len(call.args):
                yield call.args[parameter.position - shift], scope

    def callee(self, call: ast.Call, scope: Scope) -> Symbol | None:
        """What a call calls, without guessing."""
        return self.resolve(call.func, scope)

    def instance_of(self, symbol: Symbol | None) -> Symbol | None:
        """The class (own or external) of which a variable or parameter holds an instance, where that is plain."""
        if id(symbol) in self._busy:
            return None  # `node = node.next()`: a variable that is made from itself
        self._busy.add(id(symbol))
        try:
            return self._instance_of(symbol)
        finally:
            self._busy.discard(id(symbol))

    def _instance_of(self, symbol: Symbol | None) -> Symbol | None:
        match symbol:
            case Parameter(annotation=annotation, function=function) if annotation is not None:
                return self.annotated_class(annotation, function)
            case Variable(scope=scope, values=values, annotation=annotation):
                for value in values:
                    if isinstance(value, ast.Await):
                        value = value.value
                    if isinstance(value, ast.Call):
                        made = self.resolve(value.func, scope)
                        if isinstance(made, Class):
                            return made
                        if isinstance(made, Function) and made.node.returns is not None:
                            return self.annotated_class(made.node.returns, made)
                        if isinstance(made, External) and made.dotted.rpartition(".")[2][:1].isupper():
                            return made
                if annotation is not None:
                    return self.annotated_class(annotation, scope)
        return None

    def annotated_class(self, annotation: ast.expr, scope: Scope) -> Symbol | None:
        """The class that an annotation names, looking through Annotated, Optional and `| None`."""
        for _ in range(8):
            match annotation:
                case ast.Constant(value=str(text)):
                    try:
                        annotation = ast.parse(text, mode="eval").body
                    except (SyntaxError, ValueError, RecursionError, MemoryError):
                        return None
                case ast.Subscript(value=holder, slice=inner):
                    name = (dotted_name(holder) or "").rpartition(".")[2]
                    if name not in {"Annotated", "Optional"}:
                        return None
                    annotation = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
                    annotation = left
                case _:
                    outside = scope.parent if isinstance(scope, Function) else None
                    symbol = self.resolve(annotation, outside or scope)
                    alias = symbol.values[0] if isinstance(symbol, Variable) and len(symbol.values) == 1 else None
                    if isinstance(symbol, Variable) and isinstance(alias, ast.Subscript):
                        annotation, scope = alias, symbol.scope
                        continue
                    return symbol if isinstance(symbol, Class | External) else None
        return None

    # Names of modules

    def _name_modules(self) -> None:
        for module in self.modules.values():
            for scope in module.scopes:
                for binding in scope.names.values():
                    if isinstance(binding, Import) and not binding.level:
                        self._vote(binding, module)
                for call in scope.calls:
                    for argument in call.args:  # setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
                        match argument:
                            case ast.Constant(value=str(text)) if _DOTTED.fullmatch(text):
                                self.find_module(text, module.file.path)
        for path, module in self.modules.items():
            root = self.import_root(path)
            named = SourceFile(path, _plain_name(path.removeprefix(root)), module.file.text, module.file.tree)
            for scope in module.scopes:
                scope.file = named

    def _vote(self, binding: Import, module: Module) -> None:
        """Let an import say from which folder modules are imported."""
        inner = f"{binding.module}.{binding.name}"
        if binding.name is None or self.find_module(inner, module.file.path) is None:
            self.find_module(binding.module, module.file.path)

    def import_root(self, path: str) -> str:
        """The folder ("" or ending with "/") from which the module at `path` is imported."""
        parents = [_join(str(parent)) for parent in PurePosixPath(path).parents]
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

    @cached_property
    def _relative(self) -> frozenset[str]:
        """Folders whose modules import relatively, and so are packages even without `__init__.py`."""
        return frozenset(
            _join(str(PurePosixPath(path).parent))
            for path, module in self.modules.items()
            if any(isinstance(binding, Import) and binding.level for binding in module.names.values())
        )


def _join(folder: str) -> str:
    return "" if folder in {".", ""} else f"{folder}/"


def _plain_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
