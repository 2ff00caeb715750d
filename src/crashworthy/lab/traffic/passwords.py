"""What the source does with the inputs of operations: which are stored, and which checked, as a password.

Words of the service do not count, only into which functions of libraries a value flows, through its own functions too.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from crashworthy.source.symbols import Function
from crashworthy.source.tree import SourceTree

# What makes the stored form of a password: werkzeug, bcrypt, Django, hashlib (RFC 8018, RFC 7914), passlib, argon2.
_MAKERS = frozenset(
    {"generate_password_hash", "hashpw", "make_password", "set_password", "create_user", "pbkdf2_hmac", "scrypt"}
)
_MAKING_METHODS = frozenset({"hash", "hash_password"})
_CHECKERS = frozenset({"check_password_hash", "checkpw", "check_password", "authenticate", "verify_password"})
_CHECKING_METHODS = frozenset({"verify"})
# Good for much else: they count where what they give is compared with something.
_DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256"})
_READS = frozenset({"get", "pop", "getlist", "get_argument", "getfirst"})
_CONVERSIONS = frozenset({"str", "bytes", "SecretStr"})
_ROUNDS = 4


@dataclass
class Passwords:
    """Names of inputs by the names of the operations that store or check them as a password."""

    stored: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    checked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True)
class _Flow:
    """A value, by the name of an input or of a parameter, that goes into a call at a `place`.

    The place is a position or a keyword. `compares` says that what the call gives is compared with something.
    """

    function: Function
    value: str
    callee: str
    place: int | str
    is_method: bool
    compares: bool


def read_passwords(tree: SourceTree) -> Passwords:
    """Follow what goes into password functions back to the inputs of the operations that reach them."""
    functions = tree.analysis.functions if tree.analysis else ()
    flows = [flow for function in functions for flow in _flows(function)]
    digests = {flow.callee for flow in flows if flow.compares}
    known: dict[tuple[str, int | str], bool] = {}
    found = Passwords()
    for _ in range(_ROUNDS):
        for flow in flows:
            checks = _checks(flow, digests, known)
            if checks is None:
                continue
            for place in _places(flow.function, flow.value):
                known.setdefault((flow.function.name, place), checks)
            for operation in tree.reach.get(flow.function.key, frozenset()):
                (found.checked if checks else found.stored)[operation].add(flow.value)
    return found


def _checks(flow: _Flow, digests: set[str], known: dict[tuple[str, int | str], bool]) -> bool | None:
    """True where the value is checked as a password, False where it is stored as one, None where neither."""
    if flow.callee in _CHECKERS or (flow.is_method and flow.callee in _CHECKING_METHODS):
        return True
    if flow.callee in _MAKERS or (flow.is_method and flow.callee in _MAKING_METHODS):
        return flow.compares
    if flow.callee in _DIGESTS and digests & {flow.callee, flow.function.name}:
        return flow.compares
    own = known.get((flow.callee, flow.place))
    return None if own is None else own or flow.compares


def _places(function: Function, parameter: str) -> Iterator[int | str]:
    """Where callers give that parameter: its position, without the object of a method, and its name."""
    arguments = function.node.args
    positional = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    positional = positional[1:] if positional[:1] in (["self"], ["cls"]) else positional
    if parameter in positional:
        yield positional.index(parameter)
    if parameter in positional or parameter in [each.arg for each in arguments.kwonlyargs]:
        yield parameter


def _flows(function: Function) -> Iterator[_Flow]:
    """What goes into the calls of one function."""
    nodes = list(ast.walk(function.node))
    assigned = dict(chain.from_iterable(_assigned(node) for node in nodes))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    operands = [
        operand
        for node in nodes
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        for operand in (node.left, *node.comparators)
    ]
    operands += [operand for call in calls if _name(call) == "compare_digest" for operand in call.args]
    compared = {
        id(each)
        for operand in operands
        for each in ast.walk(assigned.get(operand.id, operand) if isinstance(operand, ast.Name) else operand)
    }
    for call in calls:
        arguments: list[tuple[int | str, ast.expr]] = [*enumerate(call.args)]
        arguments += [(each.arg, each.value) for each in call.keywords if each.arg]
        for place, argument in arguments:
            for value in _inputs(argument, assigned):
                is_method = isinstance(call.func, ast.Attribute)
                yield _Flow(function, value, _name(call), place, is_method, id(call) in compared)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Local names with what is assigned to them."""
    if isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value
    for target in node.targets if isinstance(node, ast.Assign) else ():
        assert isinstance(node, ast.Assign)
        if isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for name, value in zip(target.elts, node.value.elts, strict=False):
                if isinstance(name, ast.Name):
                    yield name.id, value


def _inputs(node: ast.expr, assigned: dict[str, ast.expr], depth: int = 0) -> Iterator[str]:
    """Names of the inputs whose text the expression gives, as it is or converted, not looked up by them."""
    if depth > 8:
        return
    below: list[ast.expr] = []
    match node:
        case ast.Name(id=name):
            yield name
            below = [assigned[name]] if name in assigned else []
        case ast.Attribute(attr=name):
            yield name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name
        case ast.Call(func=ast.Attribute(attr=read), args=[ast.Constant(value=str(name)), *_]) if read in _READS:
            yield name
        case ast.Call(func=ast.Attribute(value=inner)):
            # Of texts and secrets: `.strip()`, `.encode()`, `.get_secret_value()`.
            below = [inner]
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _CONVERSIONS:
            below = [first]
        case ast.BoolOp(values=[first, *_]) | ast.Await(value=first) | ast.NamedExpr(value=first):
            below = [first]
        case ast.BinOp(left=left, right=right):
            below = [left, right]
        case ast.JoinedStr(values=parts):
            below = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
    for each in below:
        yield from _inputs(each, assigned, depth + 1)


def _name(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
