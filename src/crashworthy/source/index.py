"""All symbols of a folder, and what an expression in it refers to."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from crashworthy.source.declared import Declared
from crashworthy.source.files import ReadFile, is_test
from crashworthy.source.modules import DOTTED, Modules, join, plain_name
from crashworthy.source.symbols import Class, External, Function, Import, Module, Parameter, Scope, Variable, collect
from crashworthy.source.tree import SourceFile

Symbol: TypeAlias = Module | Class | Function | Variable | Parameter | External

# Imports that lead from name to name are followed this far; more is a cycle.
_MAX_HOPS = 25


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
    """Modules by path; `finder` tells which of them an import means, `declared` what stands beside the code."""

    modules: dict[str, Module]
    scripts: tuple[tuple[str, str], ...] = ()
    _members: dict[tuple[str, str], Symbol | None] = field(default_factory=dict)
    _busy: set[int] = field(default_factory=set)

    @classmethod
    def build(cls, files: Iterable[ReadFile], scripts: tuple[tuple[str, str], ...] = ()) -> Index:
        """Collect the symbols of all files and name their modules by how they import each other."""
        modules = {
            file.path: collect(SourceFile(file.path, plain_name(file.path), file.text, file.tree)) for file in files
        }
        index = cls(modules, scripts)
        index._name_modules()
        index._members.clear()
        return index

    @cached_property
    def finder(self) -> Modules:
        """Which module an import means."""
        return Modules(self.modules)

    @cached_property
    def declared(self) -> Declared:
        """Schemas of tables and values of configurations."""
        return Declared(self.service_modules, self.scripts)

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

    def import_target(self, binding: Import, module: Module) -> Symbol | None:
        """What an import binds: an own module or symbol, or something external."""
        base = self.finder.absolute(binding, module)
        if binding.name is None:
            return self.finder.find(base, module.file.path) or External(base)
        if binding.level:
            holder = self.finder.relative(binding, module)
            full = Import(f"{binding.module}.{binding.name}".strip("."), None, binding.level)
            inner = self.finder.relative(full, module)
        else:
            holder = self.finder.find(base, module.file.path)
            inner = self.finder.find(f"{base}.{binding.name}", module.file.path)
        if holder is not None and holder is not module:
            symbol = self.member(holder, binding.name)
            if symbol is not None and not (isinstance(symbol, External) and inner is not None):
                return symbol
        if inner is not None:
            return inner
        if holder is not None and binding.name in holder.names:
            return self._own(holder, binding.name)
        return External(f"{base}.{binding.name}")

    # Symbols

    def member(self, module: Module, name: str) -> Symbol | None:
        """What `name` is in `module`, following re-exports."""
        key = (module.file.path, name)
        if key not in self._members:
            # A package that takes everything from a module of its own, which takes its neighbours from the package.
            self._members[key] = None
            self._members[key] = self._member(module, name, _MAX_HOPS)
        return self._members[key]

    def _member(self, module: Module, name: str, hops: int) -> Symbol | None:
        if hops <= 0:
            return None
        binding = module.names.get(name)
        if isinstance(binding, Import):
            holder = self.finder.relative(binding, module) if binding.level else None
            if binding.name is not None:
                holder = holder or self.finder.find(self.finder.absolute(binding, module), module.file.path)
                if holder is not None and holder is not module and binding.name in holder.names:
                    return self._member(holder, binding.name, hops - 1)
            return self.import_target(binding, module) if hops > 1 else None
        if binding is not None:
            return binding
        for star in module.stars:
            source = (
                self.finder.relative(star, module) if star.level else self.finder.find(star.module, module.file.path)
            )
            if source is not None and source is not module:
                symbol = self._member(source, name, hops - 1)
                if symbol is not None:
                    return symbol
        package = str(PurePosixPath(module.file.path).parent)
        if module.file.path.endswith("__init__.py"):
            prefix = join(package)
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
                            case ast.Constant(value=str(text)) if DOTTED.fullmatch(text):
                                self.finder.find(text, module.file.path)
        for path, module in self.modules.items():
            root = self.finder.import_root(path)
            named = SourceFile(path, plain_name(path.removeprefix(root)), module.file.text, module.file.tree)
            for scope in module.scopes:
                scope.file = named

    def _vote(self, binding: Import, module: Module) -> None:
        """Let an import say from which folder modules are imported."""
        inner = f"{binding.module}.{binding.name}"
        if binding.name is None or self.finder.find(inner, module.file.path) is None:
            self.finder.find(binding.module, module.file.path)
