"""The sessions of one exploration: which of them are shared, by whom, and how many requests they sent."""

from __future__ import annotations

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.callers import Callers, content
from crashworthy.lab.traffic.knowledge import Knowledge
from crashworthy.lab.traffic.live import Live
from crashworthy.lab.traffic.session import Session, SetupFailedError

_FIRST_SESSION = 1000


class Sessions:
    """Opens sessions on the live copy; `requests` counts what those sent that are at their end."""

    def __init__(self, live: Live, knowledge: Knowledge, *, timeout_s: float, sensor: bool, coverage: bool) -> None:
        self.live = live
        self.requests = 0
        self._knowledge = knowledge
        self._timeout_s = timeout_s
        self._sensor = sensor
        self._coverage = coverage
        self._opened = 0
        self._callers: Callers | None = None
        self._callers_copy = 0
        self._reading: dict[str, tuple[int, Session]] = {}

    def open(self) -> Session:
        """A new session."""
        self._opened += 1
        unique = str(_FIRST_SESSION + self._opened)
        known = self._callers if self._callers_copy == self.live.copies else None
        first = self._knowledge.first
        lasting = frozenset(content(step) for step in first.steps) if first else frozenset()
        self._callers = known.for_another(unique) if known else Callers(unique, lasting=lasting)
        self._callers_copy = self.live.copies
        session = Session(
            self.live.base_url,
            unique,
            self._timeout_s,
            callers=self._callers,
            sensor=self._sensor,
            coverage=self._coverage,
        )
        if first is not None:
            try:
                session.include(first.steps, identity=True)
            except SetupFailedError:
                session.abandon()
        return session

    def of(self, operation: Operation, actor: str) -> Session:
        """A new session; for what only reads the one that does: things that are made once are there for all reads.

        Each caller has one, or nobody would be let in by the cookies of somebody else.
        """
        if not operation.is_safe:
            return self.open()
        copies, session = self._reading.get(actor, (0, None))
        if session is None or copies != self.live.copies:
            session = self.open()
            self._reading[actor] = self.live.copies, session
        return session

    def is_reading(self, session: Session) -> bool:
        """Whether it is one that reads are made in."""
        return any(each is session for _, each in self._reading.values())

    def renew(self, session: Session) -> Session:
        """A new session in place of one that is at its end."""
        self._reading = {actor: pair for actor, pair in self._reading.items() if pair[1] is not session}
        self.close(session)
        return self.open()

    def log_in_again(self, session: Session) -> Session:
        """A new session whose callers log in anew: what showed who they are holds no longer."""
        self._callers = None
        return self.renew(session)

    def close(self, session: Session) -> None:
        """Count what it sent."""
        self.requests += session.uncounted()
