"""The service's variables: planned from the source before anything runs, filled in once the servers run.

`plan_variables` decides; nothing is started for it, and it stops what cannot be tested safely. `VariablePlan.fill`
puts the addresses of the run's own servers in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.databases.needs import DatabaseNeeds
from crashworthy.lab.environment.database_urls import (
    sqlite_path,
)
from crashworthy.lab.environment.decision import LOGIN_NAMES, Action, Decision, Origin, prefix_of
from crashworthy.lab.environment.examples import is_placeholder, read_told
from crashworthy.lab.environment.generate import generate
from crashworthy.lab.environment.hardcoded import NamedServer, named_servers
from crashworthy.lab.environment.purpose import (
    LEADING_OUT,
    SQLITE_SCHEMES,
    Facts,
    Purpose,
    foreign_server,
    purpose_of,
    scheme_of,
    words_of,
)
from crashworthy.lab.environment.servers import database_needs, has_redis, stop_at_foreign
from crashworthy.lab.environment.uses import Kind, closed_when_empty, kinds_of
from crashworthy.source.tree import EnvironmentRead, SourceTree

_PASSWORDS = frozenset({"PASSWORD", "PASSWD", "PASS", "PWD"})


@dataclass(frozen=True)
class VariablePlan:
    """What is decided, and which databases that needs.

    `unreplaceable` are files outside the copy that the source names itself: only the box keeps the service
    away from them, so that without a box the run must stop (`stop_unless_contained`).
    """

    decisions: tuple[Decision, ...]
    needs: DatabaseNeeds
    facts: Facts
    unreplaceable: tuple[NamedServer, ...] = ()
    notes: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def stop_unless_contained(self, contained: bool) -> None:
        """Raise CrashworthyError when only a box would keep the service away from a file of the user's."""
        if self.unreplaceable and not contained:
            first = self.unreplaceable[0]
            raise CrashworthyError(
                f"{first.location}: the source opens the database file {first.file} by itself, and this system does "
                "not let crashworthy keep the service away from it.",
                remedy="Read the path from an environment variable, or run where user namespaces are allowed.",
            )


def plan_variables(
    tree: SourceTree,
    *,
    given: Mapping[str, str] | None = None,
    configured: Mapping[str, str] | None = None,
    seed: int = 0,
) -> VariablePlan:
    """Decide what becomes of each variable.

    `given` are those of --env, `configured` those of [service.env]. Raises CrashworthyError when the service
    needs a server that crashworthy has no own instance of.
    """
    given, configured = given or {}, configured or {}
    folders = list(dict.fromkeys([tree.root, *(tree.root / application.folder for application in tree.applications)]))
    told = read_told([folder for folder in folders if folder.is_dir()])
    facts = _facts(tree)
    kinds = kinds_of(tree.files, tree.environment)
    reads: dict[str, EnvironmentRead | None] = {}
    for read in tree.environment:
        before = reads.get(read.name)
        if before is None or (before.default is None and read.default is not None):
            reads[read.name] = read
    for name in (*configured, *given, *told.values, *sorted(told.names)):
        reads.setdefault(name, None)
    decisions = []
    required = {read.name for read in tree.environment if read.required}
    closing = closed_when_empty(tree.files, tree.environment)
    for name, known in reads.items():
        value, origin = _known(name, known, given, configured, told.values)
        usage = _Usage(kinds.get(name), required=name in required, read=known is not None, closes=name in closing)
        decisions.append(_decide(name, value, origin, facts, usage, seed))
    decisions = [*_with_names_of_logins(decisions, seed)]
    defaults = frozenset(read.default for read in tree.environment if read.default)
    servers = named_servers(tree, defaults)
    stop_at_foreign(decisions, servers, tree, facts)
    notes = []
    if told.real_files:
        notes.append(f"only names were read from {', '.join(sorted(set(told.real_files)))}, no values")
    text = "\n".join(file.text for file in tree.files)
    return VariablePlan(
        decisions=tuple(decisions),
        needs=database_needs(decisions, servers, tree, facts),
        facts=facts,
        unreplaceable=tuple(server for server in servers if server.kind == "sqlite"),
        notes=tuple(notes),
        text=text,
    )


def _facts(tree: SourceTree) -> Facts:
    modules = {name.lower().split(".")[0] for name in tree.imports}
    for line in tree.requirements:
        name = line.split(";")[0].split("[")[0]
        for mark in "<>=!~ @":
            name = name.split(mark)[0]
        modules.add(canonicalize_name(name))
    variables = {site.variable for site in tree.outbound if site.variable}
    return Facts(frozenset(modules), frozenset(variables))


def _known(
    name: str,
    read: EnvironmentRead | None,
    given: Mapping[str, str],
    configured: Mapping[str, str],
    example: Mapping[str, str],
) -> tuple[str | None, Origin]:
    if name in given:
        return given[name], Origin.GIVEN
    if name in configured:
        return configured[name], Origin.CONFIGURED
    if name in example and not is_placeholder(example[name]):
        return example[name], Origin.EXAMPLE
    if read is not None and read.default is not None:
        return read.default, Origin.DEFAULT
    return None, Origin.NOWHERE


@dataclass(frozen=True)
class _Usage:
    """How the source uses a variable; `read` is False for names that only files beside it hold.

    `closes` says that operations are closed to everybody while it is empty.
    """

    kind: Kind | None
    required: bool
    read: bool
    closes: bool


def _decide(
    name: str,
    value: str | None,
    origin: Origin,
    facts: Facts,
    usage: _Usage,
    seed: int,
) -> Decision:
    purpose = purpose_of(name, value, facts)

    def decided(action: Action, text: str | None = value, note: str = "") -> Decision:
        return Decision(name, purpose, origin, action, text, note)

    if _leads_out(purpose, value, facts):
        if value is None and purpose is Purpose.FOREIGN and not usage.required:
            return decided(Action.UNSET, note=f"crashworthy has no {foreign_server(name, None)}")
        if value is None and not usage.read and purpose in (Purpose.PEER_HOST, Purpose.PEER_PORT):
            return decided(Action.UNSET)
        # An empty default switches something off, but what the source calls is to be tried.
        wanted = purpose in (Purpose.DATABASE_URL, Purpose.DATABASE_HOST) or name in facts.outbound
        if value == "" and not (wanted and origin is Origin.DEFAULT):
            return decided(Action.LEAVE if origin is Origin.DEFAULT else Action.USE)
        return decided(Action.REPLACE)
    if value == "" and origin is Origin.DEFAULT and usage.closes:
        value = None
    if value is not None:
        return decided(Action.LEAVE if origin is Origin.DEFAULT else Action.USE)
    if purpose in (Purpose.FILE, Purpose.FOLDER) and usage.required:
        return decided(Action.REPLACE)
    if purpose is Purpose.LISTEN and name == "PORT":
        return decided(Action.UNSET, note="the start sets it")
    if usage.required or usage.closes or purpose is Purpose.SECRET:
        return decided(Action.GENERATE, generate(name, purpose, usage.kind, seed))
    return decided(Action.UNSET)


def _with_names_of_logins(decisions: Sequence[Decision], seed: int) -> Iterator[Decision]:
    """The name goes with the password: a service makes its first account only when it is given both."""
    passwords = (each for each in decisions if each.action is Action.GENERATE and each.purpose is Purpose.SECRET)
    prefixes = {prefix_of(each.name) for each in passwords if words_of(each.name)[-1] in _PASSWORDS} - {""}
    for each in decisions:
        beside = prefix_of(each.name) in prefixes and words_of(each.name)[-1] in LOGIN_NAMES
        if each.action is Action.UNSET and each.value is None and beside:
            yield replace(each, action=Action.GENERATE, value=generate(each.name, each.purpose, None, seed), note="")
        else:
            yield each


def _leads_out(purpose: Purpose, value: str | None, facts: Facts) -> bool:
    """Whether the value must be our own: it names a server, or a file outside the service's folder."""
    if purpose is Purpose.DATABASE_URL and value and scheme_of(value) in SQLITE_SCHEMES:
        return (sqlite_path(value) or "").startswith("/")
    if purpose in (Purpose.FILE, Purpose.FOLDER):
        return value is not None and value.startswith("/")
    if purpose in (Purpose.DATABASE_HOST, Purpose.DATABASE_PORT):
        return facts.postgresql
    if purpose in (Purpose.DATABASE_USER, Purpose.DATABASE_NAME):
        return facts.postgresql and value is None
    if purpose in (Purpose.REDIS_URL, Purpose.REDIS_HOST, Purpose.REDIS_PORT, Purpose.REDIS_PASSWORD):
        return has_redis(facts) or bool(value and purpose is Purpose.REDIS_URL)
    return purpose in LEADING_OUT
