"""Only what replays from a fresh state is a way: verifying, and leaving out steps that are not needed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from crashworthy.core.history import Exchange
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.discover import HasUrl
from crashworthy.lab.traffic.needed import is_needed
from crashworthy.lab.traffic.player import UNIQUE, Player
from crashworthy.lab.traffic.session import describe, play_patiently, succeeded
from crashworthy.lab.traffic.ways import merge

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_GRACE_S = 1.0
_FIRST_UNIQUE = 5001


class Fresh(Protocol):
    """Where fresh copies come from; see crashworthy.lab.testbed.Testbed."""

    def fresh(self) -> AbstractContextManager[HasUrl]: ...  # noqa: D102


class Verifier:
    """Replays ways from fresh states. Counts `requests` and `copies`; `failures` says why a way did not replay.

    With `sensor`, passwords are hashed with the fewest rounds.
    """

    def __init__(self, testbed: Fresh, deadline: float, timeout_s: float, *, sensor: bool = False) -> None:
        self._testbed = testbed
        self._sensor = sensor
        self._deadline = deadline
        self._timeout_s = timeout_s
        self.requests = 0
        self.copies = 0
        self.failures: dict[str, str] = {}
        self._passed: dict[str, int] = {}
        self._seconds = 0.0

    def verify(self, ways: Iterable[Way], *, shorten: bool = True) -> list[Way]:
        """The ways that replay, without needless steps where `shorten`; the longest set-ups are played first.

        Ways whose last step is a safe method and that share their set-up are asked of one copy, and a step of a
        set-up that is itself the end of a way counts for that way. When the time does not suffice for a copy each,
        the rest is replayed on one, each way with users and objects of its own.
        """
        groups: dict[str, list[Way]] = {}
        for way in sorted(ways, key=lambda way: -len(way.steps)):
            groups.setdefault(_key(way.steps[:-1]), []).append(way)
        kept: list[Way] = []
        waiting = list(groups.values())
        while waiting:
            group = [way for way in waiting.pop(0) if not self._counted(way, kept)]
            # All that only read, and one that changes the state after them.
            group.sort(key=lambda way: way.steps[-1].method not in _SAFE)
            readers = sum(way.steps[-1].method in _SAFE for way in group)
            if self._is_short_of_time(1 + len(waiting)):
                rest = [*group, *(way for each in waiting for way in each if not self._counted(way, kept))]
                return kept + self._on_one_copy(rest)
            if group:
                kept += self._group(group[: readers + 1])
            if group[readers + 1 :]:
                waiting.insert(0, group[readers + 1 :])
        return [self._shorter(way) if shorten else way for way in kept]

    def _counted(self, way: Way, kept: list[Way]) -> bool:
        """Whether the way was gone from a fresh state as part of a longer set-up; then it is kept."""
        status = self._passed.get(_key(way.steps))
        if status is not None:
            kept.append(way.model_copy(update={"status": status}))
        return status is not None

    def _is_short_of_time(self, copies: int) -> bool:
        return time.monotonic() + copies * self._seconds / max(self.copies, 1) > self._deadline

    def _group(self, ways: Sequence[Way]) -> list[Way]:
        """Play the set-up that the ways share once, then each last step."""
        kept: list[Way] = []
        started = time.monotonic()
        with self._testbed.fresh() as instance:
            self.copies += 1
            player = self._player(instance.base_url)
            # Equal but for what they save: merged, each last step finds its values.
            joined = merge(ways)
            played = play_patiently(player, joined.setup, "setup")
            for place, each in enumerate(played.exchanges):
                if each.response is not None and succeeded(each):
                    self._passed[_key(joined.setup[: place + 1])] = each.response.status
            failed = next((each for each in played.exchanges if not succeeded(each)), None)
            for way, last in zip(ways, joined.last, strict=True):
                if failed is not None:
                    self.failures[way.operation] = f"worked once, but not again: {failed.operation}: {describe(failed)}"
                    continue
                exchange = play_patiently(player, [last], "probe", played.variables).exchanges[0]
                self._take(way, exchange, kept)
            self.requests += player.sent
        self._seconds += time.monotonic() - started
        return kept

    def _on_one_copy(self, ways: Sequence[Way]) -> list[Way]:
        """Replay each way after the others, with texts and cookies of its own."""
        kept: list[Way] = []
        with self._testbed.fresh() as instance:
            self.copies += 1
            for number, way in enumerate(ways):
                if time.monotonic() > self._deadline + _GRACE_S:
                    self.failures[way.operation] = "worked once; no time was left to replay it"
                    continue
                player = self._player(instance.base_url)
                unique: dict[str, Json] = {UNIQUE: str(_FIRST_UNIQUE + number)}
                exchanges = play_patiently(player, way.steps, "probe", unique).exchanges
                self._take(way, next((each for each in exchanges if not succeeded(each)), exchanges[-1]), kept)
                self.requests += player.sent
        return kept

    def _take(self, way: Way, exchange: Exchange, kept: list[Way]) -> None:
        if exchange.response is not None and succeeded(exchange):
            kept.append(way.model_copy(update={"status": exchange.response.status}))
        else:
            self.failures[way.operation] = f"worked once, but not again: {describe(exchange)}"

    def _shorter(self, way: Way) -> Way:
        """The way without steps that it does not need; each omission is tried from a fresh state."""
        steps = way.steps
        for place in range(len(steps) - 2, -1, -1):
            if place >= len(steps) - 1 or self._is_short_of_time(1):
                continue
            without = (*steps[:place], *steps[place + 1 :])
            if is_needed(steps, place):
                continue
            if self._replays(without):
                steps = without
        return way.model_copy(update={"steps": steps})

    def _player(self, base_url: str) -> Player:
        return Player(base_url, timeout_s=self._timeout_s, sensor=self._sensor, quick_hashes=self._sensor)

    def _replays(self, steps: Sequence[Step]) -> bool:
        started = time.monotonic()
        with self._testbed.fresh() as instance:
            self.copies += 1
            player = self._player(instance.base_url)
            played = play_patiently(player, steps, "setup")
            self.requests += player.sent
        self._seconds += time.monotonic() - started
        return all(succeeded(exchange) for exchange in played.exchanges)


def _key(steps: Iterable[Step]) -> str:
    return "\n".join(step.model_dump_json(exclude={"saves"}) for step in steps)
