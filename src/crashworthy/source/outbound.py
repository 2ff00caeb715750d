"""Places where the source calls over the network, and whether something bounds how long that may take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from crashworthy.source.clients import Client, Clients, Library, library_of
from crashworthy.source.index import Index, dotted_name
from crashworthy.source.routes.groups import argument
from crashworthy.source.strings import UNKNOWN, Text, text_of
from crashworthy.source.symbols import External, Parameter, Scope
from crashworthy.source.tree import OutboundSite

_LIMITS = frozenset({"wait_for", "timeout", "timeout_at", "fail_after", "move_on_after", "async_timeout.timeout"})


@dataclass(frozen=True)
class Outbound:
    """An outbound call as the source writes it; several `sites` where it is made with several URLs."""

    call: ast.Call
    scope: Scope
    library: Library
    sites: tuple[OutboundSite, ...]
    is_async: bool = False

    @property
    def timeout(self) -> str:
        """What bounds it, as in `OutboundSite`."""
        return self.sites[0].timeout


def outbound_calls(index: Index, paths: frozenset[str], imported: frozenset[str]) -> tuple[Outbound, ...]:
    """All outbound calls in the files at `paths`, by place; `imported` are the names of all imported packages."""
    clients = Clients(index, imported)
    if not clients.libraries:
        return ()
    found: list[Outbound] = []
    sets_default = any("setdefaulttimeout" in module.file.text for module in index.service_modules)
    for module in index.service_modules:
        if module.file.path not in paths:
            continue
        for scope in module.scopes:
            for call in scope.calls:
                outbound = _outbound(index, clients, call, scope, sets_default)
                if outbound is not None:
                    found.append(outbound)
    found.sort(key=lambda outbound: (outbound.scope.file.path, outbound.call.lineno))
    return tuple(found)


def _outbound(index: Index, clients: Clients, call: ast.Call, scope: Scope, sets_default: bool) -> Outbound | None:
    client: Client | None = None
    name = dotted_name(call.func)
    symbol = index.resolve_dotted(name, scope) if name is not None else None
    library = library_of(symbol.dotted) if isinstance(symbol, External) else None
    verb = name.rpartition(".")[2] if name else ""
    if library is None and isinstance(call.func, ast.Attribute):
        verb = call.func.attr
        client = clients.of(call.func.value, scope, verb)
        library = client.library if client is not None else None
    if library is None or (client is None and verb not in library.functions and "*" not in library.functions):
        return None
    timeout = _timeout(index, library, call, scope, client)
    if id(call) in _limited(scope) or (sets_default and timeout == "none" and library.uses_default_timeout):
        timeout = "set"
    sites = tuple(
        OutboundSite(library.name, scope.location(call), url.start or None, url.variable, timeout)
        for url in _urls(index, library, verb, call, scope, client)
    )
    return Outbound(call, scope, library, sites, client is not None and client.is_async)


def _limited(scope: Scope) -> frozenset[int]:
    """Calls (by id) that run within `asyncio.timeout(...)`, `asyncio.wait_for(...)` or the like."""
    found: set[int] = set()
    for node in ast.walk(scope.node):
        bounded: list[ast.AST] = []
        if isinstance(node, ast.With | ast.AsyncWith):
            if any(isinstance(item.context_expr, ast.Call) and _is_limit(item.context_expr) for item in node.items):
                bounded = list(node.body)
        elif isinstance(node, ast.Call) and _is_limit(node):
            bounded = list(node.args[:1])
        for inner in bounded:
            found.update(id(call) for call in ast.walk(inner) if isinstance(call, ast.Call))
    return frozenset(found)


def _is_limit(call: ast.Call) -> bool:
    name = (dotted_name(call.func) or "").rpartition(".")[2]
    if name not in _LIMITS:
        return False
    values = [*call.args[1 if name == "wait_for" else 0 :], *(keyword.value for keyword in call.keywords)]
    return any(not (isinstance(value, ast.Constant) and value.value is None) for value in values)


def _timeout(index: Index, library: Library, call: ast.Call, scope: Scope, client: Client | None) -> str:
    given = argument(call, "timeout", library.timeout_position if client is None else None)
    if given is not None:
        return _meaning(index, given, scope)
    if any(keyword.arg is None for keyword in call.keywords):
        return "unknown"
    if client is not None:
        if client.call is None:
            return "unknown" if library.default == "default" else library.default
        made = argument(client.call, "timeout", library.client_timeout_position)
        if made is not None:
            return _meaning(index, made, client.scope)
        if any(keyword.arg is None for keyword in client.call.keywords):
            return "unknown"
        if client.has_own_transport:
            return "unknown"
    return library.default


def _meaning(index: Index, expression: ast.expr, scope: Scope, depth: int = 5) -> str:
    """Whether a value given as a timeout bounds the call."""
    match expression:
        case ast.Constant(value=None):
            return "none"
        case ast.Constant():
            return "set"
        case ast.Call(func=function, args=arguments, keywords=keywords):
            name = (dotted_name(function) or "").rpartition(".")[2]
            if name in {"Timeout", "ClientTimeout"}:
                values = [*arguments, *(keyword.value for keyword in keywords)]
                bounded = any(_meaning(index, value, scope, depth - 1) == "set" for value in values)
                return "set" if bounded else "none"
            return "set"
        case ast.Tuple(elts=elements):
            return "none" if any(isinstance(one, ast.Constant) and one.value is None for one in elements) else "set"
        case ast.Name() | ast.Attribute() if depth > 0:
            symbol = index.resolve(expression, scope)
            if isinstance(symbol, Parameter):
                return _meaning(index, symbol.default, scope, depth - 1) if symbol.default is not None else "set"
            values = getattr(symbol, "values", [])
            return _meaning(index, values[-1], symbol.scope, depth - 1) if values else "set"  # type: ignore[union-attr]
        case _:
            return "set"


def _urls(
    index: Index, library: Library, verb: str, call: ast.Call, scope: Scope, client: Client | None
) -> tuple[Text, ...]:
    """What is known of the URLs that a call is made with; one unknown text when nothing is."""
    if library.host is not None:
        return (Text(f"https://{library.host}"),)
    position = 1 if verb in {"request", "stream", "urlopen"} and library.has_method_first else 0
    given = argument(call, "url", position) or argument(call, "host", position)
    base = _client_base(index, library, client)
    if given is None:
        return (base,)
    text = text_of(index, given, scope)
    if not text.start and not text.variable and not base.start:
        return tuple(dict.fromkeys(_passed_texts(index, given, scope, 4))) or (UNKNOWN,)
    if base.start and not text.start.startswith(("http://", "https://")):
        slash = Text("" if base.start.endswith("/") or not text.start or text.start.startswith("/") else "/")
        start = Text(base.start.rstrip("/") if text.start.startswith("/") else base.start, base.complete, base.variable)
        return (start + slash + text,)
    return (Text(text.start, text.complete, text.variable or base.variable),)


def _client_base(index: Index, library: Library, client: Client | None) -> Text:
    if client is None or client.call is None:
        return Text("")
    given = argument(client.call, "base_url", 0 if library.base_is_first else None)
    return text_of(index, given, client.scope) if given is not None else Text("")


def _passed_texts(index: Index, expression: ast.expr, scope: Scope, depth: int) -> Iterator[Text]:
    """What is known of a URL that begins with a parameter, by what the folder's calls pass for it."""
    first = expression
    while isinstance(first, ast.JoinedStr | ast.BinOp | ast.FormattedValue):
        if isinstance(first, ast.JoinedStr):
            first = first.values[0] if first.values else ast.Constant("")
        else:
            first = first.left if isinstance(first, ast.BinOp) else first.value
    symbol = index.resolve(first, scope)
    if not isinstance(symbol, Parameter) or depth <= 0:
        return
    for argument_, where in index.all_passed(symbol):
        known = text_of(index, argument_, where)
        if known.start or known.variable:
            yield Text(known.start, known.complete and first is expression, known.variable)
        else:
            yield from _passed_texts(index, argument_, where, depth - 1)
