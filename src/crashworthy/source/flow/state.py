"""What one run over a handler remembers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from crashworthy.source.flow.events import Committed, Event
from crashworthy.source.flow.values import UNKNOWN, FunctionValue, Known, Namespace, Request, Row, Value
from crashworthy.source.symbols import Scope


class OutOfStepsError(Exception):
    """The run took too long; what was noticed so far stands."""


@dataclass(eq=False)
class Frame:
    """A function that is being run. `memo` keeps the value of each expression evaluated last."""

    scope: Scope
    env: dict[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    memo: dict[int, Value] = field(default_factory=dict)
    inner: FunctionValue | None = None
    body_of_with: list[ast.stmt] | None = None
    outer: Frame | None = None
    with_target: ast.expr | None = None
    depth: int = 0


@dataclass(eq=False)
class State:
    """The run itself.

    `is_connected` when a connection of the database's pool is in use, until the transaction ends. `is_pending` when
    objects were added that are not sent to the database yet, `is_dirty` when a write was sent that
    is not committed; `is_atomic` within a block that commits at its end. `session` is the critical section that is
    held (0: none); each has its own number. `row_lock` is set once a row was locked. `facts` are (id of shape or row,
    what is known of it). `given` are values for parameters that a framework passes by name.
    """

    request: Request | None = None
    given: dict[str, Value] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    facts: set[tuple[int, str]] = field(default_factory=set)
    catching: list[frozenset[str]] = field(default_factory=list)
    locals: Namespace = field(default_factory=lambda: Namespace({}))
    active: list[str] = field(default_factory=list)
    session: int = 0
    sessions: int = 0
    locks_held: int = 0
    row_lock: bool = False
    is_atomic: bool = False
    is_connected: bool = False
    is_pending: bool = False
    is_dirty: bool = False
    has_committed: bool = False
    awaits: int = 0
    steps: int = 0
    steps_left: int = 40_000
    kept: list[object] = field(default_factory=list)

    def step(self) -> None:
        """Count one piece of work."""
        self.steps += 1
        if self.steps > self.steps_left:
            raise OutOfStepsError

    @property
    def caught(self) -> frozenset[str]:
        """Names of the exceptions that are handled here."""
        return frozenset().union(*self.catching)

    def note(self, event: Event) -> None:
        """Keep an event."""
        if self.has_committed:
            self.has_committed = False
            self.events.append(Committed(event.node, event.scope, event.caught))
        self.events.append(event)

    def know(self, thing: object, fact: str) -> None:
        """Remember a fact of a shape or row for the rest of the run (or of the branch, see `branch`)."""
        self.kept.append(thing)  # so that its id stays its own
        self.facts.add((id(thing), fact))
        if isinstance(thing, Row) and fact == "present":
            self.find(thing.table)

    def has_found(self, table: str) -> bool:
        """Whether a row of a table is known to be there: looked for before, or added by this request."""
        return (0, table) in self.facts

    def find(self, table: str) -> None:
        """Remember that a row of a table is there."""
        self.facts.add((0, table))

    def knows(self, thing: object, *facts: str) -> bool:
        """Whether any of the facts is known."""
        return any((id(thing), fact) in self.facts for fact in facts)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Forget on leaving what became known inside."""
        before = set(self.facts)
        try:
            yield
        finally:
            self.facts = before

    @contextmanager
    def critical(self) -> Iterator[None]:
        """Hold a lock."""
        before = self.session
        if not before:
            self.sessions += 1
            self.session = self.sessions
        self.locks_held += 1
        try:
            yield
        finally:
            self.locks_held -= 1
            self.session = before

    @contextmanager
    def transaction(self, is_atomic: bool) -> Iterator[None]:
        """A block that ends what it began: what was locked or written inside is committed behind it."""
        before = (self.session, self.row_lock, self.is_dirty, self.is_atomic, self.is_connected)
        self.is_atomic = self.is_atomic or is_atomic
        try:
            yield
        finally:
            self.has_committed |= self.is_dirty and not before[3]
            self.session, self.row_lock, self.is_dirty, self.is_atomic, self.is_connected = before

    def enter(self) -> None:
        """Take a lock that nothing in the syntax releases."""
        if not self.session:
            self.sessions += 1
            self.session = self.sessions

    def take(self) -> None:
        """A lock of the program is acquired."""
        self.locks_held += 1
        self.enter()

    def give_back(self) -> None:
        """It is released."""
        self.locks_held = max(0, self.locks_held - 1)
        if not self.locks_held:
            self.session = 0

    def end_transaction(self, *, commits: bool = False) -> None:
        """Commit or roll back: the locks of the database are released, those of the program are not."""
        self.has_committed |= commits and not self.is_atomic
        self.row_lock = self.is_pending = self.is_dirty = self.is_connected = False
        if not self.locks_held:
            self.session = 0

    @property
    def holds(self) -> str:
        """What is held at this moment that other requests may need."""
        if self.locks_held:
            return "a lock is held"
        if self.row_lock or self.session:
            return "rows are locked"
        return "a write is not committed yet" if self.is_dirty else ""

    def rows_of(self, table: str) -> tuple[Row, ...]:
        """Rows of a table read so far."""
        return tuple(row for row in self.rows if row.table == table)


def merged(values: list[Value]) -> Value:
    """One value for several possible ones: that of which most is known; of true and false, neither."""
    if any(_is(value, True) for value in values) and any(_is(value, False) for value in values):
        return UNKNOWN
    for value in values:
        if not _says_nothing(value):
            return value
    return values[0] if values else UNKNOWN


def _is(value: Value, constant: object) -> bool:
    return isinstance(value, Known) and value.value is constant


def _says_nothing(value: Value) -> bool:
    return value == UNKNOWN or getattr(value, "value", 0) is None
