"""What each file defines: scopes, the names bound in them, and the calls made in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from crashworthy.core.location import Location
from crashworthy.source.tree import SourceFile

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """A name bound by an import; `name` is None for `import module`. `level` counts leading dots."""

    module: str
    name: str | None
    level: int


@dataclass(eq=False)
class Variable:
    """A name bound by assignment, `with ... as` or `for ... in` within `scope`.

    `values` are what is assigned, in order; `loops` are the iterables that a loop draws it from.
    """

    name: str
    scope: Scope
    node: ast.AST
    values: list[ast.expr] = field(default_factory=list)
    loops: list[ast.expr] = field(default_factory=list)
    annotation: ast.expr | None = None


@dataclass(eq=False)
class Parameter:
    """A parameter of a function; `position` counts positional ones from 0, and is None for keyword-only ones."""

    name: str
    function: Function
    position: int | None
    annotation: ast.expr | None
    default: ast.expr | None


@dataclass(frozen=True)
class External:
    """Something that is not defined in the folder, by its full dotted name."""

    dotted: str


@dataclass(eq=False)
class Scope:
    """A module, class or function. `qualified` is "" for a module, else "Outer.inner" without "<locals>"."""

    file: SourceFile
    qualified: str
    node: ast.AST
    parent: Scope | None
    names: dict[str, Binding] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """`file:qualified`, by which reach and call graph refer to functions."""
        return f"{self.file.path}:{self.qualified}"

    @property
    def module(self) -> Module:
        """The module that holds this scope."""
        scope: Scope = self
        while scope.parent is not None:
            scope = scope.parent
        assert isinstance(scope, Module)
        return scope

    def location(self, node: ast.AST | None = None) -> Location:
        """The place of `node` (or of the scope itself) within this scope."""
        line = getattr(node if node is not None else self.node, "lineno", 1)
        return Location(file=self.file.path, line=max(1, line), symbol=self.qualified or None)


@dataclass(eq=False)
class Module(Scope):
    """A file.

    `stars` are the modules it imports everything from. `assigned` holds what is assigned to attributes of
    objects other than self (`app.state.client = ...`), by the attribute's name, and what is put into a Flask
    application's configuration, as `config[KEY]`.
    """

    stars: list[Import] = field(default_factory=list)
    assigned: dict[str, list[tuple[ast.expr, Scope]]] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)

    @property
    def functions(self) -> Iterator[Function]:
        """All functions of the file, nested ones included."""
        return (scope for scope in self.scopes if isinstance(scope, Function))

    @property
    def classes(self) -> Iterator[Class]:
        """All classes of the file, nested ones included."""
        return (scope for scope in self.scopes if isinstance(scope, Class))


@dataclass(eq=False)
class Class(Scope):
    """A class; `attributes` are bound in its body or on `self` in its methods."""

    node: ast.ClassDef
    attributes: dict[str, Variable] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name after `class`."""
        return self.node.name


@dataclass(eq=False)
class Function(Scope):
    """A function or method."""

    node: FunctionNode
    parameters: dict[str, Parameter] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name after `def`."""
        return self.node.name

    @property
    def owner(self) -> Class | None:
        """The class whose body this function stands in."""
        return self.parent if isinstance(self.parent, Class) else None

    @property
    def is_async(self) -> bool:
        """Whether it is `async def`."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def nested(self) -> Iterator[Function]:
        """Functions defined directly in this one."""
        return (binding for binding in self.names.values() if isinstance(binding, Function))


Binding: TypeAlias = Import | Variable | Parameter | Function | Class


def collect(file: SourceFile) -> Module:
    """The symbols of one parsed file."""
    module = Module(file, "", file.tree, None)
    _Collector(module).run()
    return module


class _Collector:
    """Walks a module's scopes with a work list, so that deep nesting costs no stack."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.pending: list[Scope] = [module]

    def run(self) -> None:
        while self.pending:
            scope = self.pending.pop()
            self.module.scopes.append(scope)
            self._scan(scope)
        self.module.scopes.sort(key=lambda scope: getattr(scope.node, "lineno", 0))

    def _scan(self, scope: Scope) -> None:
        stack: list[ast.AST] = list(reversed(getattr(scope.node, "body", [])))
        while stack:
            node = stack.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._function(scope, node)
                # Decorators, defaults and annotations are evaluated by the scope around the function.
                inner: list[ast.AST] = [*node.decorator_list, node.args]
                stack.extend(reversed(inner))
                continue
            if isinstance(node, ast.ClassDef):
                self._class(scope, node)
                stack.extend(reversed([*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]))
                continue
            self._bind(scope, node)
            if isinstance(node, ast.Call):
                scope.calls.append(node)
            stack.extend(reversed(list(ast.iter_child_nodes(node))))

    def _function(self, scope: Scope, node: FunctionNode) -> None:
        function = Function(scope.file, _qualify(scope, node.name), node, scope)
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults = [None] * (len(positional) - len(node.args.defaults)) + list(node.args.defaults)
        for position, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
            function.parameters[arg.arg] = Parameter(arg.arg, function, position, arg.annotation, default)
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            function.parameters[arg.arg] = Parameter(arg.arg, function, None, arg.annotation, default)
        function.names.update(function.parameters)
        scope.names[node.name] = function
        self.pending.append(function)

    def _class(self, scope: Scope, node: ast.ClassDef) -> None:
        class_ = Class(scope.file, _qualify(scope, node.name), node, scope)
        scope.names[node.name] = class_
        self.pending.append(class_)

    def _bind(self, scope: Scope, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    bound = alias.asname or alias.name.split(".")[0]
                    scope.names[bound] = Import(alias.name if alias.asname else bound, None, 0)
            case ast.ImportFrom(module=source, names=names, level=level):
                for alias in names:
                    binding = Import(source or "", alias.name, level)
                    if alias.name == "*":
                        self.module.stars.append(binding)
                    else:
                        scope.names.setdefault(alias.asname or alias.name, binding)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._target(scope, target, value, node)
            case ast.AnnAssign(target=target):
                self._target(scope, target, node.value, node, annotation=node.annotation)
            case ast.AugAssign(target=target):
                self._target(scope, target, None, node)
            case ast.NamedExpr(target=target, value=value):
                self._target(scope, target, value, node)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        self._target(scope, item.optional_vars, item.context_expr, node)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                self._target(scope, target, None, node, loop=node.iter)
            case ast.Global(names=names):
                scope.globals.update(names)
            case _:
                pass

    def _target(
        self,
        scope: Scope,
        target: ast.expr,
        value: ast.expr | None,
        node: ast.AST,
        *,
        annotation: ast.expr | None = None,
        loop: ast.expr | None = None,
    ) -> None:
        match target:
            case ast.Name(id=name):
                holder: Scope = self.module if name in scope.globals else scope
                variable = holder.names.get(name)
                if not isinstance(variable, Variable):
                    if name in holder.names:
                        return  # a parameter, import or definition is what the name mainly stands for
                    variable = holder.names[name] = Variable(name, holder, node)
                _add(variable, value, annotation, loop)
                if isinstance(scope, Class):
                    scope.attributes[name] = variable
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attribute):
                owner = scope.owner if isinstance(scope, Function) else None
                if owner is not None:
                    _add(
                        owner.attributes.setdefault(attribute, Variable(attribute, scope, node)),
                        value,
                        annotation,
                        loop,
                    )
            case ast.Subscript(value=ast.Attribute(attr="config"), slice=ast.Constant(value=str(key))) if value:
                self.module.assigned.setdefault(f"config[{key}]", []).append((value, scope))
            case ast.Attribute(attr=attribute) if value is not None:
                self.module.assigned.setdefault(attribute, []).append((value, scope))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                values: list[ast.expr | None] = [None] * len(elements)
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(elements):
                    values = list(value.elts)
                for element, part in zip(elements, values, strict=True):
                    self._target(scope, element, part, node)
            case ast.Starred(value=inner):
                self._target(scope, inner, None, node)
            case _:
                pass


def _add(variable: Variable, value: ast.expr | None, annotation: ast.expr | None, loop: ast.expr | None) -> None:
    if value is not None:
        variable.values.append(value)
    if loop is not None:
        variable.loops.append(loop)
    if annotation is not None:
        variable.annotation = annotation


def _qualify(scope: Scope, name: str) -> str:
    return f"{scope.qualified}.{name}" if scope.qualified else name
