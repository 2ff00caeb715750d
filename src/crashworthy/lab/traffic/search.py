"""Trying one operation until it succeeds: best first over plans, each answer suggesting the next ones."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.lab.traffic.actors import first_of_all, is_identity, sign_up_score
from crashworthy.lab.traffic.alternatives import drawn
from crashworthy.lab.traffic.attempt import Draft, Workshop
from crashworthy.lab.traffic.identify import Identifier
from crashworthy.lab.traffic.lessons.lessons import Lessons
from crashworthy.lab.traffic.lessons.plans import plans_for
from crashworthy.lab.traffic.pages import Pages
from crashworthy.lab.traffic.plan import Plan
from crashworthy.lab.traffic.session import Session, SetupFailedError, describe, is_limit, succeeded
from crashworthy.lab.traffic.sessions import Sessions
from crashworthy.lab.traffic.successors import Successors, refused
from crashworthy.lab.traffic.trail import Trail
from crashworthy.lab.traffic.ways import as_actor, is_personal

MOST_ATTEMPTS = 60
"""At one operation, in all rounds."""

# On things that nothing is known to make, in one round.
_ATTEMPTS_IN_VAIN = 5
# That end in the same error of the service, in one round.
_SAME_ERRORS = 3
# A fresh copy that is there sooner than a service counts requests anew.
_QUICK_S = 0.5
_STRANGERS_LOGIN = 1.0


class Search:
    """Searches for ways into the workshop's knowledge. `trails` are those of all operations, by name.

    `reached` is called with each operation that succeeded, and with the answer.
    """

    def __init__(
        self,
        operations: Sequence[Operation],
        workshop: Workshop,
        identifier: Identifier,
        sessions: Sessions,
        pages: Pages,
        lessons: Lessons,
        trails: dict[str, Trail],
        *,
        goes_on: Callable[[], bool],
        reached: Callable[[Operation, Exchange], None],
    ) -> None:
        self._workshop = workshop
        self._knowledge = workshop.knowledge
        self._identifier = identifier
        self._sessions = sessions
        self._pages = pages
        self._lessons = lessons
        self._trails = trails
        self._goes_on = goes_on
        self._tell = reached
        self._successors = Successors(workshop, operations)
        self._signs_up = any(sign_up_score(each) >= 4 for each in operations)
        self._restarted: set[tuple[object, ...]] = set()
        self._asked_first = False

    def search(self, operation: Operation, trail: Trail, attempts: int) -> None:
        """Best-first over plans, in one session as long as the set-up only grows."""
        queue: list[tuple[float, int, Plan]] = []
        serial = 0

        def push(plans: Sequence[tuple[float, Plan]]) -> None:
            nonlocal serial
            for rank, plan in plans:
                serial += 1
                heapq.heappush(queue, (rank, serial, plan))

        first = self._workshop.first_plan(operation)
        if "A" not in self._knowledge.identities and trail.proofs != self._identifier.proofs:
            # Who was turned away as nobody may now have something to show.
            trail.tried.discard(self._workshop.signature(operation, first))
        trail.proofs = self._identifier.proofs
        push([(0, first)])
        push(self._shown(operation))
        push(self._pages.linked(operation, first))
        if trail.draws and trail.failures:
            number = int.from_bytes(f"{self._workshop.seed}:{operation.name}".encode()[-8:])
            push(drawn(self._workshop, operation, trail.failures[-1][0], number))
        for plan, exchange, draft in trail.failures[-4:]:
            push(self._successors.of(operation, plan, exchange, draft, 0))
        session, played = self._sessions.of(operation, ""), Plan()
        lesson = self._knowledge.lessons.get(operation.name)
        last = min(trail.attempts + attempts, MOST_ATTEMPTS)
        trail.waits = False
        unmet = errors = 0
        while queue and self._goes_on() and trail.attempts < last and unmet < _ATTEMPTS_IN_VAIN:
            rank, _, plan = heapq.heappop(queue)
            signature = self._workshop.signature(operation, plan)
            if signature in trail.tried:
                continue
            trail.tried.add(signature)
            if played.before != plan.before[: len(played.before)] or _moved(played, plan):
                session = self._sessions.renew(session)
            if self._sessions.is_reading(session):
                self._sessions.close(session)
                session = self._sessions.of(operation, plan.actor)
            played = plan
            try:
                draft = self._workshop.draft(operation, plan, session)
            except SetupFailedError as error:
                trail.setup_failed = str(error)
                if plan.before or plan.much > 1:
                    # The operations that should go before do not go together, or not with such amounts.
                    pass
                elif signature not in self._restarted and self._sessions.live.renew():
                    # It worked before: what other sessions left behind may be in the way.
                    self._restarted.add(signature)
                    trail.tried.discard(signature)
                    push([(rank, plan)])
                else:
                    self._doubt(error.exchange.operation)
                    push(self._successors.without(operation, plan, rank))
                session, played = self._sessions.renew(session), Plan()
                continue
            anew = signature not in self._restarted and self._sessions.live.opening_s < _QUICK_S
            exchange = session.attempt(draft.live, pauses=not anew)
            if is_limit(exchange) and anew and self._sessions.live.renew():
                # A fresh copy has counted none.
                self._restarted.add(signature)
                trail.tried.discard(signature)
                push([(rank, plan)])
                session, played = self._sessions.renew(session), Plan()
                continue
            known = plan.actor in self._knowledge.identities
            if known and _is_logged_out(exchange) and signature not in self._restarted:
                self._restarted.add(signature)
                trail.tried.discard(signature)
                push([(rank, plan)])
                session, played = self._sessions.log_in_again(session), Plan()
                continue
            trail.attempts += 1
            if succeeded(exchange) and exchange.response is not None:
                trail.plan = plan
                self._knowledge.page = plan.look if plan.look and plan.look[0] == "csrf" else self._knowledge.page
                self._reached(operation, plan, draft, exchange, session)
                break
            trail.last, trail.unmet = describe(exchange), tuple(draft.unmet) or trail.unmet
            trail.last_status = exchange.response.status if exchange.response else 0
            if draft.unmet and (trail.last_status in (404, 409, 410) or trail.last_status >= 500):
                unmet += 1
                hinted = (
                    operation.name in self._lessons.examples
                    or operation.name in self._knowledge.addresses
                    or self._workshop.knows_things(draft.unmet)
                )
                trail.waits = not trail.guesses and not hinted
                if trail.waits:
                    trail.failures.append((plan, exchange, draft))
                    break
            if trail.last_status == 0 or trail.last_status >= 500:
                # Half of the work may be done: what was made for this attempt is not as new any more.
                session, played = self._sessions.renew(session), Plan()
            if refused(exchange):
                found = self._identify(operation, plan, draft, exchange, session)
                if self._knowledge.lessons.get(operation.name) is not lesson:
                    break
                copies = self._sessions.live.copies
                if not found and trail.last_status == 403 and self._first_may(operation, plan):
                    found = "admin"
                if self._sessions.live.copies != copies:
                    # The session's copy is gone, whatever was found.
                    session, played = self._sessions.renew(session), Plan()
                push([(0, replace(plan, actor=found))] if found else [])
            # An answer that was not seen before is a step forward: what it suggests comes first.
            answer: tuple[object, ...] = (trail.last_status, re.sub(r"\W*\d+\W*", "0", trail.last))
            if trail.last_status >= 500:
                # Of another thing it was not seen before: some fail at any name that is none of theirs.
                answer = (*answer, tuple(pair for pair in plan.choices if pair[0][0] == "path"))
            if answer not in trail.answers:
                trail.answers.add(answer)
                trail.failures.append((plan, exchange, draft))
                rank = 0
            else:
                rank += 1
                errors += trail.last_status >= 500
                if errors == _SAME_ERRORS:
                    break
            push(self._successors.of(operation, plan, exchange, draft, rank))
        self._sessions.close(session)

    def _shown(self, operation: Operation) -> Sequence[tuple[float, Plan]]:
        """What others were seen to send. Where users can sign up, logins of others are only for want of own ones."""
        examples = self._lessons.examples.get(operation.name, ())
        late = is_identity(operation) and self._signs_up
        base = self._workshop.first_plan(operation)
        return plans_for(
            operation,
            examples,
            base,
            lambda slot: self._workshop.refers(slot, operation),
            verbatim_rank=_STRANGERS_LOGIN if late else 0.0,
        )

    def _doubt(self, operation: str) -> None:
        """Forget a way that does not work any more on its own."""
        lesson = self._knowledge.lessons.get(operation)
        if lesson is None:
            return
        session = self._sessions.open()
        try:
            session.include(lesson.way.steps)
        except SetupFailedError:
            self._knowledge.forget(operation)
            # What is refused now says more than what worked by chance.
            attempts = self._trails[operation].attempts if operation in self._trails else 0
            self._trails[operation] = Trail(attempts=attempts + 1)
        self._sessions.close(session)

    def _identify(self, operation: Operation, plan: Plan, draft: Draft, exchange: Exchange, session: Session) -> str:
        """Find out who may call, when nobody or this caller may not; that actor, or "". It may succeed by that."""
        found = self._identifier.find(operation, plan.actor, draft.live, exchange, session)
        if found is None:
            return ""
        identity, answer = found
        self._knowledge.identify(identity)
        if answer is not None and succeeded(answer):
            better = replace(plan, actor=identity.actor)
            self._trails[operation.name].plan = better
            self._reached(operation, better, self._workshop.draft(operation, better, session), answer, session)
        return identity.actor

    def _first_may(self, operation: Operation, plan: Plan) -> bool:
        """Whether who signs up before everybody else may call; many services make their first user administrator.

        Asked once, on a fresh copy, on which that account then stays the first one.
        """
        user = self._knowledge.identities.get("A")
        if self._asked_first or plan.actor != "A" or user is None or "admin" in self._knowledge.identities:
            return False
        self._asked_first = True
        if not user.steps or not is_personal(user.steps) or not self._sessions.live.renew():
            return False
        self._knowledge.first = first_of_all(user)
        self._knowledge.identify(self._knowledge.first)
        session = self._sessions.open()
        try:
            exchange = session.attempt(self._workshop.draft(operation, replace(plan, actor="admin"), session).live)
        except SetupFailedError:
            exchange = None
        self._sessions.close(session)
        if exchange is None or refused(exchange):
            self._knowledge.first = None
            self._knowledge.identities.pop("admin")
            return False
        return True

    def _reached(self, operation: Operation, plan: Plan, draft: Draft, exchange: Exchange, session: Session) -> None:
        assert exchange.response is not None
        way = Way(
            operation=operation.name,
            actor=plan.actor or draft.step.actor,
            status=exchange.response.status,
            steps=(*draft.setup, draft.step),
        )
        # What the second user did for himself the first one can do with the parts exchanged.
        way = as_actor(way, "A") if way.actor == "B" else way
        echoed = [*session.values_in(draft.live), *segments(draft.step.path)]
        facts = self._knowledge.learn(operation, way, exchange.response, echoed, (*draft.unmet, *draft.seen))
        self._identifier.offer(operation, way, facts, exchange.response)
        self._tell(operation, exchange)


def segments(path: str) -> list[str | int]:
    """Values that stand in a path."""
    return [int(part) if part.isdigit() else part for part in path.split("/") if part]


def _is_logged_out(exchange: Exchange) -> bool:
    """Whether the answer may mean that a login has ended (RFC 9110, section 15.5.2)."""
    return exchange.response is not None and exchange.response.status == 401


def _moved(played: Plan, plan: Plan) -> bool:
    """Whether objects on which other operations ran already are exchanged for others."""
    return played.much != plan.much or (bool(played.before) and played.choices != plan.choices)
