"""What one request builds on."""

from __future__ import annotations

from crashworthy.core.history import Response
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.session import Session
from crashworthy.lab.traffic.ways import Setup, bind


class Base:
    """The steps that one request builds on: played in the session, and collected without what others played."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.setup = Setup()
        self.live: dict[str, str] = {}

    def include(self, steps: tuple[Step, ...], *, identity: bool = False) -> dict[str, str]:
        """Play the steps; names of their values in `setup`. `live` leads from these to the session's names."""
        played = self._session.include(steps, identity=identity)
        own = self.setup.add(steps)
        self.live.update({own[name]: played[name] for name in own})
        return own

    def look(self, step: Step) -> tuple[dict[str, str], Response | None]:
        """Play one step that is written with names of `setup`; names of its values there, and the answer."""
        own = self.setup.add((step,))
        played = self._session.include((bind(step, self.live),))
        self.live.update({own[name]: played[name] for name in own})
        return own, self._session.answer(bind(step, self.live))
