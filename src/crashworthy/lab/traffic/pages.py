"""What pages and collections show between the attempts: forms that lead to operations, links, and kinds of things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.addresses import Values, addresses_in
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.forms import is_form, read_page
from crashworthy.lab.traffic.plan import Plan, Ranked
from crashworthy.lab.traffic.session import Session, SetupFailedError, succeeded
from crashworthy.lab.traffic.sessions import Sessions
from crashworthy.lab.traffic.template import escape
from crashworthy.lab.traffic.ways import bind

# What is linked may be the work of an earlier attempt: first comes what can be made.
_LINKED = 0.3
# Links of one kind; a page may lead to many things that are not there.
_OF_ONE_PAGE = 3
_PLANS = 4


class Pages:
    """Reads pages of the live copy into the knowledge. `goes_on` says whether there is time."""

    def __init__(self, workshop: Workshop, sessions: Sessions, goes_on: Callable[[], bool]) -> None:
        self._workshop = workshop
        self._knowledge = workshop.knowledge
        self._sessions = sessions
        self._goes_on = goes_on
        self._makers_seen = 0
        self._followed: set[tuple[str, Values]] = set()

    def read(self, operation: Operation, exchange: Exchange, operations: Sequence[Operation]) -> dict[str, Operation]:
        """Read an answer; operations that its forms say more of, as they are to be tried from now on."""
        assert exchange.response is not None
        counts = Counter[str]()
        for name, values in addresses_in(exchange, self._sessions.live.base_url, operations):
            counts[name] += 1
            if counts[name] <= _OF_ONE_PAGE:
                self._knowledge.note_address(name, values)
        if "<form" not in exchange.response.body:
            return {}
        page = read_page(exchange.request.url, exchange.response.body, operations)
        known = {each.name: each for each in operations}
        found = {name: each for name, each in page.operations.items() if each != known[name]}
        begun = {
            name: found.get(name, known[name])
            for name in page.operations.keys() - self._knowledge.lessons.keys()
            if name in found or name not in self._knowledge.pages
        }
        self._knowledge.version += len(begun)
        if "{" not in operation.path:
            for name in page.operations.keys() - self._knowledge.lessons.keys():
                self._knowledge.pages.setdefault(name, operation.path)
        self._knowledge.options.update(page.options)
        return {**found, **begun}

    def open_to_all(self, operations: Sequence[Operation]) -> list[tuple[Operation, Exchange]]:
        """Pages that anybody may see and that have forms, where an operation takes one or says nothing of its body."""
        if not any(each.method == "POST" and is_form(each) for each in operations):
            return []
        session = self._sessions.open()
        shown = []
        for operation in [each for each in operations if each.method == "GET" and "{" not in each.path]:
            if self._goes_on():
                exchange = session.attempt(self._workshop.draft(operation, Plan(), session).live)
                if exchange.ok and exchange.response is not None and "<form" in exchange.response.body:
                    shown.append((operation, exchange))
        self._sessions.close(session)
        return shown

    def linked(self, operation: Operation, plan: Plan) -> Ranked:
        """The plan with what links have for the parameters of the path, those that were seen last first."""
        plans: Ranked = []
        latest = list(reversed(self._knowledge.addresses.get(operation.name, ())))[:_PLANS]
        for place, values in enumerate(latest):
            given = plan
            for name, value in values:
                given = given.give(("path", name), escape(value))
            plans.append((_LINKED + 0.05 * place, given))
        return plans

    def follow(self, operations: Sequence[Operation]) -> list[tuple[Operation, Exchange]]:
        """Other things than those of the ways, as pages link them: what they are linked to in turn may be wanted."""
        lessons = self._knowledge.lessons
        if not any("{" in each.path and each.name not in lessons for each in operations):
            return []
        shown = []
        for operation in [each for each in operations if each.method == "GET" and each.name in lessons]:
            way = lessons[operation.name].way
            actor = way.actor if way.actor in self._knowledge.identities else ""
            session: Session | None = None
            for values in self._knowledge.addresses.get(operation.name, ()):
                if (operation.name, values) in self._followed or not self._goes_on():
                    continue
                self._followed.add((operation.name, values))
                session = session or self._sessions.of(operation, actor)
                plan = Plan(actor=actor, values=tuple((("path", name), f'"{escape(text)}"') for name, text in values))
                try:
                    exchange = session.attempt(self._workshop.draft(operation, plan, session).live)
                except SetupFailedError:
                    session = self._sessions.renew(session)
                    continue
                if succeeded(exchange) and exchange.response is not None:
                    shown.append((operation, exchange))
        return shown

    def look_again(self) -> None:
        """Ask collections that were empty once more, now that things can be made: what they list tells kinds apart."""
        lessons = list(self._knowledge.lessons.values())
        empty = [
            lesson
            for lesson in lessons
            if lesson.operation.is_safe
            and "{" not in lesson.operation.path
            and re.search(r"\[\s*\]", lesson.response.body)
        ]
        makers = [lesson for lesson in lessons if lesson.operation.method == "POST"]
        if not empty or not makers or len(makers) == self._makers_seen or not self._goes_on():
            return
        self._makers_seen = len(makers)
        session = self._sessions.open()
        for maker in makers:
            try:
                session.include(maker.way.steps)
            except SetupFailedError:
                session.abandon()
        for lesson in empty:
            try:
                names = session.include(lesson.way.steps[:-1])
            except SetupFailedError:
                session.abandon()
                continue
            exchange = session.attempt(bind(lesson.way.steps[-1], names))
            if exchange.ok and exchange.response is not None:
                self._knowledge.see(lesson.operation, exchange.response)
        self._sessions.close(session)
