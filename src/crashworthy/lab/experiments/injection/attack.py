"""What every attack is: payloads for one weakness, and how to see that one of them was more than data."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from crashworthy.core.history import Exchange, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity, Weakness
from crashworthy.lab.experiments.injection.inputs import Input
from crashworthy.lab.experiments.injection.positions import OUTSIDE, find, sinks_of
from crashworthy.source.tree import SourceTree

SINK = "sink"
_EXCERPT = 110


@dataclass(frozen=True)
class Payload:
    """What is put into an input. `settings` is what the judge has to know of it beside the marker."""

    value: Json
    settings: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """A marker in a position where it is no data.

    `becomes` ends the sentence "the input becomes ...", `seen` names the sink, the marker's position in it, and what
    the sink was given. The impacts are those of `crashworthy.lab.experiments.rating.vector`; `gets` says what an
    attacker gets. `severity` is given where the vector says too much, as it knows nothing below "some change".
    """

    becomes: str
    seen: str
    gets: str
    location: Location | None
    impact: Mapping[str, str]
    victim: bool = False
    severity: Severity | None = None


@dataclass(frozen=True)
class Sighting:
    """What was seen of one payload: its marker, settings, exchanges, and the events that belong to it."""

    marker: str
    settings: Mapping[str, Json]
    exchanges: tuple[Exchange, ...]
    events: tuple[SensorEvent, ...]

    def sinks(self, *names: str) -> Iterator[SensorEvent]:
        """The events of these sinks that were given the marker."""
        for event in self.events:
            if event.kind == SINK and event.data.get("sink") in names and self.marker in json.dumps(event.data).lower():
                yield event

    def text(self, name: str) -> str:
        """A setting that is a text."""
        return str(self.settings.get(name, ""))


class Attack(ABC):
    """One way to prove one weakness. `expected` is what a sound service does."""

    id: ClassVar[str]
    weakness: ClassVar[Weakness]
    expected: ClassVar[str]

    @property
    def sinks(self) -> frozenset[str]:
        """The sinks that the sensor must see for it; an attack without any works from outside."""
        return sinks_of(self.id)

    def fits(self, _tree: SourceTree) -> bool:
        """Whether a service with this source is worth the payloads."""
        return True

    @abstractmethod
    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """What to put into an input; `marker` is a word that occurs nowhere else, different for each payload."""

    @abstractmethod
    def evidence(self, sighting: Sighting) -> Evidence | None:
        """The proof that a payload was more than data, or None. Pure."""

    def prepare(self, settings: Mapping[str, Json], outside: Path) -> None:  # noqa: B027 - most need nothing
        """Put into `outside`, a folder that is none of the service's, what the payload aims at."""

    def variables(self, _settings: Mapping[str, Json], outside: Path) -> dict[str, Json]:
        """Values for the `${name}` in payloads that are only known when they are sent."""
        return {OUTSIDE: str(outside)}

    def touched(self, sighting: Sighting) -> bool:
        """Whether the marker reached a sink of this attack at all, as data or as more."""
        return any(True for _ in sighting.sinks(*self.sinks))


class Sightings:
    """What a trial shows, by marker."""

    def __init__(self, trial: Trial) -> None:
        self._exchanges = {exchange.id: exchange for exchange in trial.exchanges}
        self._events: dict[str | None, list[SensorEvent]] = {}
        self._sinks: list[tuple[str, SensorEvent]] = []
        for event in trial.events:
            self._events.setdefault(event.exchange, []).append(event)
            if event.kind == SINK:
                self._sinks.append((json.dumps(event.data).lower(), event))

    def of(
        self, marker: str, settings: Mapping[str, Json], exchanges: Iterable[str], *, later: bool = True
    ) -> Sighting:
        """What was seen of a marker: all that happened in these exchanges and, with `later`, every sink it reached."""
        ids = [id_ for id_ in exchanges if id_ in self._exchanges]
        events = [event for id_ in ids for event in self._events.get(id_, ())]
        if later:  # what was stored may come out in the answer to somebody else
            events += [event for text, event in self._sinks if marker in text and event.exchange not in ids]
        return Sighting(marker, settings, tuple(self._exchanges[id_] for id_ in ids), tuple(events))


def excerpt(text: str, at: int) -> str:
    """The part of a sink's text around a position, on one line."""
    start = max(0, at - _EXCERPT // 2)
    cut = text[start : start + _EXCERPT]
    before, after = "…" if start else "", "…" if start + _EXCERPT < len(text) else ""
    return before + " ".join(cut.split()) + after


class SinkAttack(Attack):
    """An attack that the position of the marker in a sink decides.

    `becomes`, `gets` and `impact` are those of its evidence; `given` names the sink, for "the marker stands ... of".
    """

    becomes: ClassVar[str]
    gets: ClassVar[str]
    impact: ClassVar[Mapping[str, str]]
    severity: ClassVar[Severity | None] = None

    def evidence(self, sighting: Sighting) -> Evidence | None:
        """The first sink in which the marker is more than data."""
        for event in sighting.sinks(*self.sinks):
            position = find(self.id, event.data, sighting.settings)
            if position is not None:
                where, at = position
                return Evidence(
                    becomes=self.becomes,
                    seen=f"the marker stands {where} {self.given(event)}: {excerpt(str(event.data['text']), at)}",
                    gets=self.gets,
                    location=event.location,
                    impact=self.impact,
                    severity=self.severity,
                )
        return None

    @abstractmethod
    def given(self, event: SensorEvent) -> str:
        """The sink in words, beginning with "in" or "of"."""
