"""Only what replays from a fresh state is a way: verifying, and leaving out steps that are not needed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.discover import HasUrl
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.player import Player
from crashworthy.lab.traffic.session import describe, succeeded
from crashworthy.lab.traffic.template import placeholders

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Fresh(Protocol):
    """Where fresh copies come from; see crashworthy.lab.testbed.Testbed."""

    def fresh(self) -> AbstractContextManager[HasUrl]: ...  # noqa: D102


class Verifier:
    """Replays ways from fresh states. Counts `requests` and `copies`; `failures` says why a way did not replay."""

    def __init__(self, testbed: Fresh, deadline: float, timeout_s: float) -> None:
        self._testbed = testbed
        self._deadline = deadline
        self._timeout_s = timeout_s
        self.requests = 0
        self.copies = 0
        self.failures: dict[str, str] = {}

    def verify(self, ways: Iterable[Way]) -> list[Way]:
        """The ways that replay, without needless steps.

        Ways whose last step is a safe method and that share their set-up are asked of one copy; every step of a
        set-up that is itself the end of a way counts for that way.
        """
        waiting = {self._key(way.steps): way for way in sorted(ways, key=lambda way: -len(way.steps))}
        groups: dict[str, list[Way]] = {}
        for way in waiting.values():
            groups.setdefault(self._key(way.steps[:-1]), []).append(way)
        kept: list[Way] = []
        for group in groups.values():
            group.sort(key=lambda way: way.steps[-1].method not in _SAFE)
            while group:
                if time.monotonic() > self._deadline:
                    for way in group:
                        self.failures[way.operation] = "worked once; no time was left to replay it from a fresh state"
                    break
                # All that only read, and one that changes the state after them.
                readers = sum(way.steps[-1].method in _SAFE for way in group)
                kept += self._group(group[: readers + 1])
                del group[: readers + 1]
        return [self._shorter(way) for way in kept]

    def _group(self, ways: Sequence[Way]) -> list[Way]:
        """Play the set-up that the ways share once, then each last step."""
        kept: list[Way] = []
        with self._testbed.fresh() as instance:
            self.copies += 1
            player = Player(instance.base_url, timeout_s=self._timeout_s)
            played = player.play(ways[0].steps[:-1], "setup")
            failed = next((exchange for exchange in played.exchanges if not succeeded(exchange)), None)
            for way in ways:
                if failed is not None:
                    self.failures[way.operation] = f"worked once, but not again: {failed.operation}: {describe(failed)}"
                    continue
                exchange = player.play(way.steps[-1:], "probe", played.variables).exchanges[0]
                if succeeded(exchange) and exchange.response is not None:
                    kept.append(way.model_copy(update={"status": exchange.response.status}))
                else:
                    self.failures[way.operation] = f"worked once, but not again: {describe(exchange)}"
            self.requests += player.sent
        return kept

    def _shorter(self, way: Way) -> Way:
        """The way without steps that it does not need; each omission is tried from a fresh state."""
        steps = way.steps
        for place in range(len(steps) - 2, -1, -1):
            if place >= len(steps) - 1 or time.monotonic() > self._deadline:
                continue
            without = (*steps[:place], *steps[place + 1 :])
            if _feeds(steps, place) or _obviously_needed(steps, place):
                continue
            if self._replays(without):
                steps = without
        return way.model_copy(update={"steps": steps})

    def _replays(self, steps: Sequence[Step]) -> bool:
        with self._testbed.fresh() as instance:
            self.copies += 1
            player = Player(instance.base_url, timeout_s=self._timeout_s)
            played = player.play(steps, "setup")
            self.requests += player.sent
        return all(succeeded(exchange) for exchange in played.exchanges)

    @staticmethod
    def _key(steps: Iterable[Step]) -> str:
        return "\n".join(step.model_dump_json() for step in steps)


def _feeds(steps: Sequence[Step], place: int) -> bool:
    """Whether a later step needs a value of this one."""
    saved = {save.name for save in steps[place].saves}
    return any(saved & placeholders(step) for step in steps[place + 1 :])


def _obviously_needed(steps: Sequence[Step], place: int) -> bool:
    """Whether a later step logs in with the password that this one set; saves a fresh copy per way."""
    passwords = _passwords(steps[place].body)
    return bool(passwords) and any(
        passwords & _passwords(step.body) for step in steps[place + 1 :] if step.actor == steps[place].actor
    )


def _passwords(body: Json) -> set[str]:
    if not isinstance(body, dict):
        return set()
    return {str(value) for name, value in body.items() if {*words(name)} & {"password", "passwd", "pwd", "passphrase"}}
