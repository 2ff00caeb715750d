"""Playing steps against a running service: what is sent and what comes back, as exchanges, never as exceptions."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace

from crashworthy.core.history import Exchange, Request
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.cookies import cookie_header, set_cookies
from crashworthy.lab.traffic.digest import LOGIN, authorization, challenge_in
from crashworthy.lab.traffic.encode import Prepared, prepare
from crashworthy.lab.traffic.template import MissingValueError, fill_text, saved_values
from crashworthy.lab.traffic.told import TOLD, so_far, with_told
from crashworthy.lab.traffic.wire import Answer, Connection

SENSOR_HEADER = "X-Crashworthy"
UNIQUE = "unique"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# Few digits, so that it fits into a telephone number as well as into a short code.
_FIRST_UNIQUE = 1001


@dataclass(frozen=True)
class Played:
    """Exchanges in the order of the steps, and all variables known afterwards (the given ones included)."""

    exchanges: tuple[Exchange, ...]
    variables: dict[str, Json]

    @property
    def done(self) -> bool:
        """Whether the service did what every step asked."""
        return all(exchange.done for exchange in self.exchanges)


@dataclass(frozen=True)
class Memory:
    """What a player knows of its actors and its numbering; another one can go on from it."""

    cookies: dict[str, dict[str, str]]
    plays: int
    exchanges: int


class Player:
    """Plays steps against one running copy of the service.

    Keeps a cookie jar per actor; the anonymous actor "nobody" has none. Redirects are recorded, not followed.
    With `sensor`, each request carries the `X-Crashworthy` header with its exchange's id, which ties what the
    sensor sees to the exchange. `host`, where it is set, is the Host that requests name. `origin` is the
    time.monotonic() from which exchanges count their seconds. With `memory` it goes on where another player was.
    An `attentive` one notes with each answer to a change what the service said elsewhere (told). With `quick_hashes`,
    which needs the sensor, passwords are hashed with the fewest rounds. `Digest user:password` in an Authorization
    header answers the service's challenge (RFC 7616): the first such request of an actor is sent twice.
    """

    def __init__(
        self,
        base_url: str,
        *,
        sensor: bool = False,
        timeout_s: float = 10.0,
        origin: float | None = None,
        memory: Memory | None = None,
        quick_hashes: bool = False,
        attentive: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.sensor = sensor
        self._standing: dict[str, Json] = {"quick_hashes": True} if quick_hashes else {}
        self.timeout_s = timeout_s
        self.origin = time.monotonic() if origin is None else origin
        self.host: str | None = None
        self._attentive = attentive
        self.sent = 0
        self._plays = memory.plays if memory else 0
        self._exchanges = memory.exchanges if memory else 0
        self._cookies = {actor: dict(jar) for actor, jar in memory.cookies.items()} if memory else {}
        self._shown: dict[str, dict[str, str]] | None = None
        # By actor, with the number of requests that answered it.
        self._challenges: dict[str, tuple[dict[str, str], int]] = {}

    def play(
        self,
        steps: Sequence[Step],
        part: str = "setup",
        variables: Mapping[str, Json] | None = None,
        *,
        plan: Mapping[str, Json] | None = None,
        timeout_s: float | None = None,
        stop_at_failure: bool = False,
    ) -> Played:
        """Play steps one by one; each may use what earlier ones saved, and `variables`.

        `${unique}` is taken from `variables` if it is there, so that one trial keeps it over several plays,
        and is new otherwise. A step whose values are missing becomes an exchange with an error, unsent.
        """
        known = self._variables(variables)
        exchanges: list[Exchange] = []
        for step in steps:
            exchange = self._one(step, part, known, plan, timeout_s or self.timeout_s)
            exchanges.append(exchange)
            known.update(saved_values(step, exchange.response))
            if stop_at_failure and not exchange.ok:
                break
        return Played(tuple(exchanges), known)

    def play_together(
        self,
        steps: Sequence[Step],
        variables: Mapping[str, Json] | None = None,
        plan: Mapping[str, Json] | Sequence[Mapping[str, Json]] | None = None,
        *,
        part: str = "attack",
        timeout_s: float | None = None,
        while_writing: AbstractContextManager[object] | None = None,
    ) -> tuple[Exchange, ...]:
        """Send all steps at the same instant; exchanges in the order of the steps.

        Requests are encoded and connections opened beforehand; threads wait at a barrier and then only write.
        `plan` is one sensor plan for all, or one for each step. `saved_values` reads what a step saves.
        `while_writing` is entered when all connections are open, and left when all requests are written.
        """
        known = self._variables(variables)
        limit = timeout_s or self.timeout_s
        plans = [plan] * len(steps) if plan is None or isinstance(plan, Mapping) else list(plan)
        ids = [self._next_id() for _ in steps]
        prepared = [self._prepare(step, known, id_, each) for step, id_, each in zip(steps, ids, plans, strict=True)]
        senders = {i: Connection(self.base_url, limit) for i, item in enumerate(prepared) if isinstance(item, Prepared)}
        answers: dict[int, Answer] = {}
        writing = ExitStack()

        def enter() -> None:
            writing.enter_context(while_writing or nullcontext())

        begin = threading.Barrier(max(1, len(senders)), enter)
        written = threading.Barrier(max(1, len(senders)), writing.close)

        def send(index: int, item: Prepared, connection: Connection) -> None:
            connection.open()
            begin.wait()
            connection.send(item.wire)
            if while_writing is not None:
                written.wait()
            answers[index] = connection.receive(item.request.method)

        threads = [
            threading.Thread(target=send, args=(index, prepared[index], connection), daemon=True)
            for index, connection in senders.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.sent += len(threads)
        return tuple(
            self._exchange(step, part, id_, item, answers.get(index))
            for index, (step, id_, item) in enumerate(zip(steps, ids, prepared, strict=True))
        )

    def unseen(self) -> Player:
        """A player for the same actors, with their cookies, whose requests the sensor is not told of."""
        other = Player(self.base_url, timeout_s=self.timeout_s, origin=self.origin)
        other._cookies = {actor: dict(jar) for actor, jar in self._cookies.items()}
        return other

    def cut(
        self, step: Step, part: str, variables: Mapping[str, Json], *, plan: Mapping[str, Json] | None = None
    ) -> Exchange:
        """Send a step and close the connection without reading the answer, as a client does that lost its network."""
        id_ = self._next_id()
        item = self._prepare(step, variables, id_, plan)
        answer = None
        if isinstance(item, Prepared):
            answer = Connection(self.base_url, self.timeout_s).send_only(item.wire)
            self.sent += 1
        return self._exchange(step, part, id_, item, answer)

    @contextmanager
    def same_cookies(self) -> Iterator[None]:
        """While open, requests show the cookies of its beginning: what answers set is kept for later.

        Requests that are sent at the same moment cannot show what the first of them is answered, and state that lies
        in a cookie (a signed session, a token for one form) is the client's own.
        """
        self._shown = {actor: dict(jar) for actor, jar in self._cookies.items()}
        try:
            yield
        finally:
            self._shown = None

    def cookies(self, actor: str) -> dict[str, str]:
        """The actor's cookies at present."""
        return dict(self._cookies.get(actor, {}))

    def memory(self) -> Memory:
        """What another player needs to go on from here, on a copy of the service in the same state."""
        return Memory({actor: dict(jar) for actor, jar in self._cookies.items()}, self._plays, self._exchanges)

    def adopt(self, exchange: Exchange) -> None:
        """Take over the cookies that an exchange of another player gave its actor."""
        if exchange.response is not None and exchange.actor != "nobody":
            self._keep_cookies(exchange.actor, exchange.response.headers)

    def _variables(self, given: Mapping[str, Json] | None) -> dict[str, Json]:
        known = dict(given or {})
        if UNIQUE not in known:
            known[UNIQUE] = str(_FIRST_UNIQUE + self._plays)
            self._plays += 1
        return known

    def _next_id(self) -> str:
        self._exchanges += 1
        return str(self._exchanges)

    def _one(
        self, step: Step, part: str, variables: Mapping[str, Json], plan: Mapping[str, Json] | None, timeout_s: float
    ) -> Exchange:
        id_ = self._next_id()
        item = self._prepare(step, variables, id_, plan)
        answer = None
        if isinstance(item, Prepared):
            patterns = [save.pattern for save in step.saves if save.path == TOLD and save.pattern]
            listens = bool(patterns) or (self._attentive and step.method not in _SAFE)
            before = so_far(self.base_url) if listens else ""
            more = item.more.pieces() if item.more else ()
            answer = Connection(self.base_url, timeout_s).exchange(item.wire, step.method, more)
            challenge = challenge_in(answer.response) if self._login(step, variables) else None
            if challenge is not None:
                self.sent += 1
                self._challenges[step.actor] = challenge, 0
                item = self._prepare(step, variables, id_, plan)
                assert isinstance(item, Prepared)
                answer = Connection(self.base_url, timeout_s).exchange(item.wire, step.method)
            if listens and answer.response is not None:
                answer = replace(answer, response=with_told(answer.response, self.base_url, before, patterns))
            self.sent += 1
        return self._exchange(step, part, id_, item, answer)

    def _prepare(
        self, step: Step, variables: Mapping[str, Json], id_: str, plan: Mapping[str, Json] | None
    ) -> Prepared | str:
        """The request, or why it cannot be sent."""
        extra: list[tuple[str, str]] = [("Host", self.host)] if self.host else []
        jar = (self._cookies if self._shown is None else self._shown).get(step.actor)
        if jar and not any(name.lower() == "cookie" for name, _ in step.headers):
            extra.append(("Cookie", cookie_header(jar)))
        if self.sensor:
            extra.append(
                (SENSOR_HEADER, json.dumps({"id": id_, **self._standing, **(plan or {})}, separators=(",", ":")))
            )
        try:
            login = self._login(step, variables)
            if login is None:
                return prepare(step, variables, self.base_url, tuple(extra))
            # Without a challenge nothing can be shown: the answer brings one.
            step = step.model_copy(update={"headers": _without_authorization(step)})
            item = prepare(step, variables, self.base_url, tuple(extra))
            if step.actor not in self._challenges:
                return item
            challenge, count = self._challenges[step.actor]
            self._challenges[step.actor] = challenge, count + 1
            target = item.request.url.removeprefix(self.base_url)
            shown = authorization(*login, challenge, step.method, target, count + 1)
            return prepare(step, variables, self.base_url, (*extra, ("Authorization", shown)))
        except (MissingValueError, ValueError) as error:
            return f"not sent: {error}"

    @staticmethod
    def _login(step: Step, variables: Mapping[str, Json]) -> tuple[str, str] | None:
        """Name and password of a step that shows them by Digest."""
        shown = next((value for name, value in step.headers if name.lower() == "authorization"), "")
        match = LOGIN.fullmatch(fill_text(shown, variables)) if shown.startswith("Digest ") else None
        return (match[1], match[2]) if match else None

    def _exchange(self, step: Step, part: str, id_: str, item: Prepared | str, answer: Answer | None) -> Exchange:
        now = time.monotonic()
        if isinstance(item, Prepared):
            # The sensor's header is the lab's own; it is not part of what an actor sent.
            headers = tuple(pair for pair in item.request.headers if pair[0] != SENSOR_HEADER)
            request = item.request.model_copy(update={"headers": headers})
        else:
            request = Request(method=step.method, url=self.base_url + step.path)
        response = answer.response if answer else None
        if response is not None and step.actor != "nobody":
            self._keep_cookies(step.actor, response.headers)
        return Exchange(
            id=id_,
            part=part,
            actor=step.actor,
            operation=step.operation,
            request=request,
            response=response,
            error=answer.error if answer else str(item),
            started=(answer.started if answer else now) - self.origin,
            ended=(answer.ended if answer else now) - self.origin,
        )

    def _keep_cookies(self, actor: str, headers: tuple[tuple[str, str], ...]) -> None:
        for name, value in set_cookies(headers).items():
            jar = self._cookies.setdefault(actor, {})
            if value is None:
                jar.pop(name, None)
            else:
                jar[name] = value


def _without_authorization(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in step.headers if pair[0].lower() != "authorization")
