"""A session: one line of requests on the live service, in which set-up that several attempts share is played once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl

from crashworthy.core.history import Exchange, Response
from crashworthy.core.redirect import leads_to_itself
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.callers import Callers, content
from crashworthy.lab.traffic.encode import FORM
from crashworthy.lab.traffic.player import UNIQUE, Played, Player
from crashworthy.lab.traffic.template import placeholders, saved_values
from crashworthy.lab.traffic.ways import Setup

_LONGEST_PAUSE_S = 2.0
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})


class SetupFailedError(Exception):
    """A step that worked before did not work now."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(f"{exchange.operation}: {describe(exchange)}")
        self.exchange = exchange


class Session:
    """Plays set-up as it is asked for, with users and objects of its own on a service shared with other sessions."""

    def __init__(
        self,
        base_url: str,
        unique: str,
        timeout_s: float,
        *,
        callers: Callers | None = None,
        sensor: bool = False,
        coverage: bool = False,
    ) -> None:
        self.player = Player(base_url, timeout_s=timeout_s, sensor=sensor, quick_hashes=sensor, attentive=True)
        self.setup = Setup()
        self._counted = 0
        self.callers = callers or Callers(unique)
        self._plan: dict[str, Json] | None = {"coverage": True} if coverage else None
        self._exchanges: list[Exchange] = []
        self._variables: dict[str, Json] = {UNIQUE: unique}

    def include(self, steps: Sequence[Step], *, identity: bool = False) -> dict[str, str]:
        """Play those of the steps that were not played yet; names that their values have here.

        Steps of an `identity` are played once for all sessions with the same callers.
        Raises SetupFailedError at the first that fails.
        """
        names = self.setup.add(steps)
        for place, step in enumerate(self.setup.steps):
            if place == len(self._exchanges):
                again = any(content(each) == content(step) for each in self.setup.steps[:place])
                exchange = self._answered(step, identity=identity, again=again)
                self._exchanges.append(exchange)
                if not succeeded(exchange):
                    raise SetupFailedError(exchange)
            self._variables.update(saved_values(step, self._exchanges[place].response))
        return names

    def _answered(self, step: Step, *, identity: bool, again: bool) -> Exchange:
        known = None if again else self.callers.answer(step)
        if known is not None:
            self.player.adopt(known)
            return known
        exchange = self._play(step, "setup", identity=identity)
        if identity and succeeded(exchange):
            self.callers.keep(step, exchange)
        return exchange

    def _play(self, step: Step, part: str, *, identity: bool = False, pauses: bool = True) -> Exchange:
        spoken = self.callers.spoken(step)
        exchange = self.player.play([spoken], part, self._variables, plan=self._plan).exchanges[0]
        if is_limit(exchange) and exchange.response is not None and pauses:
            time.sleep(_pause(exchange.response))
            exchange = self.player.play([spoken], part, self._variables, plan=self._plan).exchanges[0]
        if not identity and step.method not in _SAFE and succeeded(exchange):
            self.callers.used.add(step.actor)
        return exchange

    def answer(self, step: Step) -> Response | None:
        """What that step of the set-up was answered."""
        wanted = content(step)
        found = (place for place, each in enumerate(self.setup.steps) if content(each) == wanted)
        place = next(found, None)
        return None if place is None else self._exchanges[place].response

    def values_in(self, step: Step) -> list[Json]:
        """The saved values that a step is filled with."""
        return [self._variables[name] for name in placeholders(step) - {UNIQUE} if name in self._variables]

    def abandon(self) -> None:
        """Drop set-up steps that were asked for but not played, after a failure."""
        self.setup.cut(len(self._exchanges) - 1)
        del self._exchanges[len(self.setup.steps) :]

    def uncounted(self) -> int:
        """Requests that were sent since this was asked for the last time."""
        sent = self.player.sent - self._counted
        self._counted = self.player.sent
        return sent

    def attempt(self, step: Step, *, pauses: bool = True) -> Exchange:
        """Send one request that may fail; once more after a pause where there were too many and it `pauses`."""
        return self._play(step, "probe", pauses=pauses)


def succeeded(exchange: Exchange) -> bool:
    """Whether the service did what was asked: a 2xx, or a redirect that does not ask for a login.

    A page with the form that was sent is no success, whatever its status.
    """
    return exchange.done and not (exchange.ok and _is_form_again(exchange))


def circles(exchange: Exchange) -> bool:
    """Whether the answer leads to the same path in another spelling."""
    response = exchange.response
    return response is not None and leads_to_itself(
        exchange.request.method, exchange.request.url, response.status, response.header("location")
    )


def _is_form_again(exchange: Exchange) -> bool:
    """Whether a page shows the form that was sent once more: that is how pages say what was wrong."""
    body = exchange.response.body if exchange.response else ""
    if exchange.request.method != "POST" or "<form" not in body or not exchange.request.body:
        return False
    kind = next((value for name, value in exchange.request.headers if name.lower() == "content-type"), "")
    sent = [name for name, _ in parse_qsl(exchange.request.body)] if kind.startswith(FORM) else []
    return bool(sent) and all(re.search(rf"""name=["']?{re.escape(name)}["'\s>]""", body) for name in sent)


def challenges(exchange: Exchange) -> Iterator[str]:
    """The schemes that the answer asks for (RFC 9110, section 11.6.1)."""
    for name, value in exchange.response.headers if exchange.response else ():
        if name.lower() == "www-authenticate" and (match := re.match(r"\s*([A-Za-z][\w-]*)", value)):
            yield match[1]


def is_limit(exchange: Exchange) -> bool:
    """Whether the answer says nothing about the request, only about how many there were (RFC 6585, section 4)."""
    return exchange.response is not None and exchange.response.status == 429


def play_patiently(
    player: Player, steps: Sequence[Step], part: str, variables: Mapping[str, Json] | None = None
) -> Played:
    """Play the steps; a step that comes too soon is sent once more after a pause."""
    played = Played((), dict(variables or {}))
    for step in steps:
        once = player.play([step], part, played.variables or None)
        if is_limit(once.exchanges[0]) and once.exchanges[0].response is not None:
            time.sleep(_pause(once.exchanges[0].response))
            once = player.play([step], part, once.variables)
        played = Played((*played.exchanges, *once.exchanges), once.variables)
    return played


def _pause(response: Response) -> float:
    """Seconds to wait, as the answer says, within bounds."""
    said = next((text for name, text in response.headers if name.lower() == "retry-after"), "")
    return min(float(said), _LONGEST_PAUSE_S) if said.isdigit() else 1.0


def describe(exchange: Exchange) -> str:
    """Status and beginning of the answer, or the error, in one line."""
    if exchange.response is None:
        return exchange.error or "no answer"
    text = " ".join(exchange.response.body.split())
    return f"{exchange.response.status} {text[:160]}".strip()
