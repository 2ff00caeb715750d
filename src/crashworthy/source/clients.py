"""Libraries that call over the network, and the client objects they are called through."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from crashworthy.source.index import Index, Symbol
from crashworthy.source.symbols import Class, External, Function, Parameter, Scope, Variable

_HTTP_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_MAX_DEPTH = 6


@dataclass(frozen=True)
class Library:
    """A library. `default` is what its timeout means when none is given (see `source.tree.OutboundSite`).

    `functions` are module-level functions that call out, `clients` classes whose `methods` do ("*": any);
    `async_clients` are those that do not block. `default_s` are the seconds of the library's own limit.
    """

    name: str
    prefixes: tuple[str, ...]
    default: str
    functions: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    methods: frozenset[str] = _HTTP_VERBS
    timeout_position: int | None = None
    client_timeout_position: int | None = None
    has_method_first: bool = True
    base_is_first: bool = False
    uses_default_timeout: bool = False
    host: str | None = None
    default_s: int | None = None
    async_clients: frozenset[str] = frozenset()


LIBRARIES = (
    Library("requests", ("requests",), "none", _HTTP_VERBS, frozenset({"Session", "session"})),
    Library(
        "httpx", ("httpx",), "default", _HTTP_VERBS | {"stream"}, frozenset({"Client", "AsyncClient"}),
        _HTTP_VERBS | {"stream", "send"}, default_s=5, async_clients=frozenset({"AsyncClient"}),
    ),
    Library(
        "aiohttp", ("aiohttp",), "default", frozenset({"request"}), frozenset({"ClientSession"}),
        _HTTP_VERBS | {"ws_connect"}, base_is_first=True, default_s=300,
        async_clients=frozenset({"ClientSession"}),
    ),
    Library(
        "urllib", ("urllib.request",), "none", frozenset({"urlopen", "urlretrieve"}), timeout_position=2,
        has_method_first=False, uses_default_timeout=True,
    ),
    Library(
        "urllib3", ("urllib3",), "none", frozenset({"request"}),
        frozenset({"PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool"}),
        frozenset({"request", "urlopen"}),
    ),
    Library(
        "http.client", ("http.client",), "none", frozenset(), frozenset({"HTTPConnection", "HTTPSConnection"}),
        frozenset({"request"}), client_timeout_position=2, base_is_first=True, uses_default_timeout=True,
    ),
    Library(
        "smtplib", ("smtplib",), "none", frozenset({"SMTP", "SMTP_SSL"}), has_method_first=False,
        uses_default_timeout=True,
    ),
    Library(
        "socket", ("socket",), "none", frozenset({"create_connection"}), timeout_position=1,
        has_method_first=False, uses_default_timeout=True,
    ),
    Library("boto3", ("boto3",), "default", frozenset(), frozenset({"client", "resource"}), frozenset({"*"}),
            default_s=60),
    Library("stripe", ("stripe",), "default", frozenset({"create", "retrieve", "modify", "confirm", "capture"}),
            host="api.stripe.com", default_s=80),
    Library("openai", ("openai",), "default", frozenset(), frozenset({"OpenAI", "AsyncOpenAI"}), frozenset({"create"}),
            host="api.openai.com", default_s=600, async_clients=frozenset({"AsyncOpenAI"})),
    Library("anthropic", ("anthropic",), "default", frozenset(), frozenset({"Anthropic", "AsyncAnthropic"}),
            frozenset({"create"}), host="api.anthropic.com", default_s=600,
            async_clients=frozenset({"AsyncAnthropic"})),
    Library("twilio", ("twilio.rest",), "none", frozenset(), frozenset({"Client"}), frozenset({"create"}),
            host="api.twilio.com"),
)  # fmt: skip


@dataclass(frozen=True)
class Client:
    """A client object: how it was made, where that is known."""

    library: Library
    call: ast.Call | None
    scope: Scope
    has_own_transport: bool = False
    class_name: str = ""

    @property
    def is_async(self) -> bool:
        """Whether its methods are awaited instead of blocking."""
        return self.class_name in self.library.async_clients


def library_of(dotted: str) -> Library | None:
    """The library whose function `dotted` names."""
    holder, _, name = dotted.rpartition(".")
    for library in LIBRARIES:
        # Libraries with one host have functions on their resources: stripe.PaymentIntent.create.
        is_held = holder in library.prefixes or (library.host and holder.partition(".")[0] in library.prefixes)
        if is_held and name in library.functions:
            return library
    return None


def _client_library(dotted: str) -> Library | None:
    name = dotted.rpartition(".")[2]
    for library in LIBRARIES:
        if name in library.clients and any(dotted.startswith(f"{prefix}.") for prefix in library.prefixes):
            return library
    return None


class Clients:
    """Finds out which client an expression stands for."""

    def __init__(self, index: Index, imported: frozenset[str]) -> None:
        self.index = index
        self.libraries = [
            library for library in LIBRARIES if any(prefix.split(".")[0] in imported for prefix in library.prefixes)
        ]
        self._methods = frozenset(method for library in self.libraries for method in library.methods)

    def of(self, holder: ast.expr, scope: Scope, method: str) -> Client | None:
        """The client `holder` when `method` of it calls over the network."""
        if method not in self._methods and "*" not in self._methods:
            return None
        client = self._of(holder, scope, _MAX_DEPTH)
        if client is None and isinstance(holder, ast.Attribute):  # client.chat.completions.create(...)
            inner: ast.expr = holder.value
            while client is None and isinstance(inner, ast.Attribute | ast.Name):
                client = self._of(inner, scope, _MAX_DEPTH)
                if client is not None and client.library.host is None:
                    return None
                if isinstance(inner, ast.Name):
                    break
                inner = inner.value
        if client is None:
            return None
        methods = client.library.methods
        return client if method in methods or ("*" in methods and not method.startswith("_")) else None

    def _of(self, expression: ast.AST, scope: Scope, depth: int) -> Client | None:
        if depth <= 0:
            return None
        if isinstance(expression, ast.Await):
            return self._of(expression.value, scope, depth - 1)
        if isinstance(expression, ast.Call):
            made = self.index.origin(self.index.resolve(expression.func, scope))
            if isinstance(made, External):
                library = _client_library(made.dotted)
                name = made.dotted.rpartition(".")[2]
                return Client(library, expression, scope, class_name=name) if library is not None else None
            if isinstance(made, Class):
                return self._subclass(made, expression, scope)
            return self._returned(made, depth - 1)
        symbol = self.index.resolve(expression, scope)
        found = self._symbol(symbol, depth - 1)
        if found is None and symbol is None and isinstance(expression, ast.Attribute):
            found = self._assigned(expression.attr, depth - 1)
        return found

    def _symbol(self, symbol: Symbol | None, depth: int) -> Client | None:
        if isinstance(symbol, Variable):
            for value in symbol.values:
                found = self._of(value, symbol.scope, depth)
                if found is not None:
                    return replace(found, has_own_transport=found.has_own_transport or self._is_mounted(symbol))
        if isinstance(symbol, Variable | Parameter) and symbol.annotation is not None:
            if isinstance(symbol, Parameter):
                passed = self.index.passed(symbol)
                found = self._of(passed[0], passed[1], depth) if passed is not None else None
                found = found or self._depended(symbol, depth)
                if found is not None:
                    return found
            scope = symbol.function if isinstance(symbol, Parameter) else symbol.scope
            made = self.index.annotated_class(symbol.annotation, scope)
            library = _client_library(made.dotted) if isinstance(made, External) else None
            name = made.dotted.rpartition(".")[2] if isinstance(made, External) else ""
            return Client(library, None, scope, class_name=name) if library is not None else None
        if isinstance(symbol, Parameter):
            passed = self.index.passed(symbol)
            if passed is not None:
                return self._of(passed[0], passed[1], depth)
            return self._depended(symbol, depth)
        return None

    def _depended(self, parameter: Parameter, depth: int) -> Client | None:
        """`client: Client = Depends(get_client)`, also as `Annotated[Client, Depends(get_client)]`."""
        scope = parameter.function.parent or parameter.function
        expressions = [parameter.annotation, parameter.default]
        if isinstance(parameter.annotation, ast.Name):
            alias = self.index.resolve(parameter.annotation, scope)
            if isinstance(alias, Variable):
                expressions.extend(alias.values)
        for expression in expressions:
            for node in ast.walk(expression) if expression is not None else ():
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Depends") and node.args:
                    found = self._returned(self.index.resolve(node.args[0], scope), depth)
                    if found is not None:
                        return found
        return None

    def _returned(self, symbol: Symbol | None, depth: int) -> Client | None:
        if not isinstance(symbol, Function):
            return None
        for node in ast.walk(symbol.node):
            if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
                found = self._of(node.value, symbol, depth)
                if found is not None:
                    return found
        return None

    def _subclass(self, class_: Class, call: ast.Call, scope: Scope) -> Client | None:
        for library in self.libraries:
            names = [f"{prefix}.{name}" for prefix in library.prefixes for name in library.clients]
            if self.index.inherits(class_, *names):
                base = next((name for name in library.clients if self.index.inherits(class_, f".{name}")), "")
                has_own = "timeout" in ast.unparse(class_.node)
                return Client(library, call, scope, has_own_transport=has_own, class_name=base)
        return None

    def _is_mounted(self, variable: Variable) -> bool:
        """Whether a session gets an adapter of the folder's own, which may set a timeout."""
        for call in variable.scope.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "mount" and len(call.args) == 2:
                adapter = call.args[1]
                made = self.index.resolve(adapter.func, variable.scope) if isinstance(adapter, ast.Call) else None
                if isinstance(made, Class) and self.index.resolve(call.func.value, variable.scope) is variable:
                    return True
        return False

    def _assigned(self, attribute: str, depth: int) -> Client | None:
        """`request.app.state.client`, by what is assigned to an attribute of that name anywhere."""
        for module in self.index.service_modules:
            for value, scope in module.assigned.get(attribute, ()):
                found = self._of(value, scope, depth)
                if found is not None:
                    return found
        return None
