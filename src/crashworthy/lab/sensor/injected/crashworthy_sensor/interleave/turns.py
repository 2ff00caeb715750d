"""Turns: of the tasks of concurrent requests one runs at a time, and at each await a seed says which one goes on.

This is a scheduler for those tasks alone, on top of whatever event loop the server brings. A task may be given a turn
where it could have run anyway: at its start, and when what it awaited is there. What it does between two awaits is
never cut. So each order it chooses is one that the loop could have chosen, and the same seed chooses it again.

Whether a reply from outside (a database, a thread, a timer) comes before or after another task's next step is up to
the machine. To make it the seed's, a turn is not given before each task that awaits something has had `PATIENCE_S` for
it; who has to wait longer, for instance for a lock that another one holds, is not waited for again until it goes on.
Where the plan says `"virtual": true` and all of them sleep, time is put forward (`virtual`).
"""

from __future__ import annotations

import random
import sys

from crashworthy_sensor.context import Exchange
from crashworthy_sensor.events import encode, record
from crashworthy_sensor.interleave import running_loop
from crashworthy_sensor.interleave.virtual import pass_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, TimerHandle
    from collections.abc import Coroutine, Generator
    from typing import Any

ARRIVE_S = 0.25
PATIENCE_S = 0.06
# All of a meeting; afterwards everybody runs as the loop says.
LONGEST_S = 3.0
MAX_MEETINGS = 64
# From a timer that is due to the task that goes on: its future is set, its callback runs, the task is stepped.
_ROUNDS = 4
_MOST_TOLD = 200

_READY, _RUNNING, _WAITING, _FREE = "ready", "running", "waiting", "free"


class Strand:
    """A task of one of the requests: the one that serves it, or one that it started."""

    __slots__ = ("key", "overdue", "since", "state", "turn")

    def __init__(self, key: tuple[int, int], turn: Future[None]) -> None:
        self.key = key
        self.state = _READY
        self.turn = turn
        self.since = 0.0
        self.overdue = False


class Meeting:
    """The requests that are brought together, in one event loop."""

    def __init__(self, plan: dict[str, Any], loop: AbstractEventLoop) -> None:
        self.loop = loop
        self.parties = max(1, int(plan.get("parties", 1)))
        self.random = random.Random(int(plan.get("seed", 0)))  # noqa: S311 - repeatable by design
        self.strands: dict[tuple[int, int], Strand] = {}
        self.arrived: set[int] = set()
        self.started = False
        self.order: list[int] = []
        # Of each choice, among how many it was, and which of them was chosen.
        self.picks: list[tuple[int, int]] = []
        self.exchanges: set[Exchange] = set()
        self.passed_s = 0.0
        self._virtual = plan.get("virtual") is True
        self._passing = False
        self._timer: TimerHandle | None = None
        loop.call_later(ARRIVE_S, self._start)
        self._end = loop.call_later(LONGEST_S, self._release)

    def strand(self, party: int) -> Strand:
        """A new task of that request, which waits for its first turn."""
        number = sum(1 for key in self.strands if key[0] == party)
        strand = self.strands[party, number] = Strand((party, number), self.loop.create_future())
        self.arrived.add(party)
        if len(self.arrived) >= self.parties:
            self._start()
        return strand

    def wait(self, strand: Strand) -> None:
        """The strand awaits something, and leaves the turn to others."""
        if strand.state == _FREE:
            return
        strand.state, strand.since, strand.overdue = _WAITING, self.loop.time(), False
        self._give()

    def ready(self, strand: Strand) -> Future[None] | None:
        """The strand could go on; what it has to await before it does."""
        if strand.state == _FREE:
            return None
        strand.state, strand.turn = _READY, self.loop.create_future()
        self._give()
        return strand.turn

    def free(self, strand: Strand) -> None:
        """The strand is done, or is let go."""
        strand.state = _FREE
        if not strand.turn.done():
            strand.turn.set_result(None)
        self._give()

    def leave(self, party: int) -> None:
        """The request has been answered."""
        for strand in list(self.strands.values()):
            if strand.key[0] == party:
                self.free(strand)

    def _start(self) -> None:
        if not self.started:
            self.started = True
            self._give()

    def _release(self) -> None:
        for strand in self.strands.values():
            self.free(strand)

    def _lose_patience(self, rounds: int) -> None:
        """Wait no longer for who has waited long, once the loop has done what is at hand: it may be late itself."""
        if rounds:
            self.loop.call_soon(self._lose_patience, rounds - 1)
            return
        until = self.loop.time() - PATIENCE_S
        for strand in self.strands.values():
            strand.overdue = strand.overdue or (strand.state == _WAITING and strand.since <= until)
        self._give()

    def _pass_time(self, rounds: int) -> None:
        """Put the time forward when all still wait, and the loop has done all that was at hand."""
        self._passing = False
        if {strand.state for strand in self.strands.values()} - {_FREE} != {_WAITING}:
            return
        passed_s = 0.0 if rounds else pass_time(self.loop, self.exchanges)
        if passed_s == 0.0:
            self._passing = True
            self.loop.call_soon(self._pass_time, max(0, rounds - 1))
        elif passed_s:
            self.passed_s += passed_s
            # The limit is one of real time.
            end, self._end = self._end, self.loop.call_at(self._end.when() + passed_s, self._release)
            end.cancel()

    def _give(self) -> None:
        """Give the turn to one that is ready, once all others have had the time to become so."""
        states = [strand.state for strand in self.strands.values()]
        if not self.started or _RUNNING in states or _READY not in states:
            if self.started and self._virtual and not self._passing and {*states} - {_FREE} == {_WAITING}:
                self._passing = True
                self.loop.call_soon(self._pass_time, _ROUNDS)
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        awaited = [each.since for each in self.strands.values() if each.state == _WAITING and not each.overdue]
        if awaited:
            self._timer = self.loop.call_at(min(awaited) + PATIENCE_S, self._lose_patience, _ROUNDS)
            return
        ready = sorted(strand.key for strand in self.strands.values() if strand.state == _READY)
        index = 0
        if len(ready) > 1:
            index = self.random.randrange(len(ready))
            self.picks.append((len(ready), index))
        chosen = self.strands[ready[index]]
        chosen.state = _RUNNING
        self.order.append(chosen.key[0])
        if not chosen.turn.done():
            chosen.turn.set_result(None)


_meetings: dict[tuple[str, int], Meeting] = {}


def forget_all() -> None:
    """After a fork: the parent's meetings are not ours."""
    _meetings.clear()


def meeting_of(exchange: Exchange) -> Meeting | None:
    """Where the exchange's requests meet in this loop."""
    plan, loop = exchange.turns, running_loop()
    if plan is None or loop is None:
        return None
    # Who takes turns with nobody else does so for the virtual time.
    alone = exchange.id if plan.get("parties") == 1 else ""
    key = (f"{str(plan.get('name', ''))[:200]}{alone}", id(loop))
    found = _meetings.get(key)
    if found is None:
        if len(_meetings) >= MAX_MEETINGS:
            _meetings.pop(next(iter(_meetings)))
        found = _meetings[key] = Meeting(plan, loop)
    found.exchanges.add(exchange)
    return found


def leave(exchange: Exchange) -> None:
    """The request has been answered: tell in which order turns were given so far, and let its tasks go."""
    meeting = meeting_of(exchange)
    if meeting is None:
        return
    told: dict[str, object] = {
        "order": meeting.order[:_MOST_TOLD],
        "choices": len(meeting.picks),
        "picks": meeting.picks[:_MOST_TOLD],
    }
    if meeting.passed_s:
        told["passed_s"] = round(meeting.passed_s, 3)
    record("turns", encode(told), exchange)
    meeting.leave(party_of(exchange))


def party_of(exchange: Exchange) -> int:
    """Which of the requests it is, as the plan counts them."""
    party = (exchange.turns or {}).get("party")
    return party if isinstance(party, int) else 0


class TakingTurns:
    """Awaits a coroutine, and goes on after each of its suspensions only when it is its turn."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], meeting: Meeting, strand: Strand) -> None:
        self._coroutine = coroutine
        self._meeting = meeting
        self._strand = strand

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, meeting, strand = self._coroutine, self._meeting, self._strand
        value: Any = None
        failure: BaseException | None = None
        turn: Future[None] | None = strand.turn
        try:
            while True:
                try:
                    if turn is not None:
                        yield from turn.__await__()
                except GeneratorExit:
                    coroutine.close()
                    raise
                except BaseException as error:
                    # Cancelled while it waited for its turn: that belongs to the coroutine.
                    failure = error
                try:
                    waited_for = coroutine.send(value) if failure is None else coroutine.throw(failure)
                except StopIteration as stop:
                    return stop.value
                value, failure = None, None
                meeting.wait(strand)
                try:
                    value = yield waited_for
                except GeneratorExit:
                    coroutine.close()
                    raise
                except BaseException as error:
                    failure = error
                turn = meeting.ready(strand)
        finally:
            meeting.free(strand)


def taking_turns(coroutine: Coroutine[Any, Any, Any], exchange: Exchange) -> Coroutine[Any, Any, Any]:
    """`coroutine`, in turns with those of the other requests; as it is where nothing is to be scheduled."""
    meeting = None if exchange.ended else meeting_of(exchange)
    if meeting is None or "asyncio" not in sys.modules:
        return coroutine
    return _run(coroutine, meeting, meeting.strand(party_of(exchange)))


async def _run(coroutine: Coroutine[Any, Any, Any], meeting: Meeting, strand: Strand) -> Any:
    return await TakingTurns(coroutine, meeting, strand)
