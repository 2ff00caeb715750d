"""Callers who signed up on the live copy once, so that later sessions need not: hashing passwords is slow by design."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crashworthy.core.history import Exchange
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.template import map_texts

# Signing up anew is simpler; below this it costs nothing.
_SLOW_S = 0.06
_OWN_TEXT = re.compile(r"(?<!\$)\$\{unique\}(\d)(?!\d)")


@dataclass
class Callers:
    """What the steps of identities were answered in the session that first played them, by the steps' content.

    `unique` is that session's: texts of identities (`${unique}` and the actor's digit, nothing more) are its texts
    in every session that shares the callers. `used` are actors who changed something since: what they own or did
    may be in the way of others, or help them where it should not. `lasting` are contents of steps that can be played
    once only on a copy.
    """

    unique: str
    answers: dict[str, Exchange] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    seconds: float = 0.0
    lasting: frozenset[str] = frozenset()

    def for_another(self, unique: str) -> Callers:
        """The callers of the next session, whose own texts would hold `unique`.

        The same ones where making them is slow and none was used. Of used ones only accounts that are no session's
        own stay, such as an administrator's: signing up could not make them new.
        """
        is_slow = self.seconds > _SLOW_S
        if is_slow and not self.used:
            return self
        kept = {
            text: answer
            for text, answer in self.answers.items()
            if text in self.lasting or (is_slow and "${unique}" not in text)
        }
        return Callers(unique, kept, seconds=self.seconds if is_slow else 0.0, lasting=self.lasting)

    def keep(self, step: Step, exchange: Exchange) -> None:
        """Remember that an identity's step was played."""
        self.answers[content(step)] = exchange
        self.seconds += exchange.ended - exchange.started

    def answer(self, step: Step) -> Exchange | None:
        """What the step was answered, if it was played for these callers."""
        return self.answers.get(content(step))

    def spoken(self, step: Step) -> Step:
        """The step with the texts of these callers."""
        return map_texts(step, lambda text: _OWN_TEXT.sub(self.unique + r"\1", text))


def content(step: Step) -> str:
    """What makes a step the same as another: all but what it saves."""
    return step.model_dump_json(exclude={"saves"})
