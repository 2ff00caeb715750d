"""A trial as lanes and marks: which request did what, and in which order. The picture is drawn elsewhere."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, pairwise

from crashworthy.core.history import Exchange, SensorEvent, Trial
from crashworthy.lab.experiments.episode import RESTARTED
from crashworthy.lab.standin.names import shown_host
from crashworthy.reports.circumstances import broken_off
from crashworthy.reports.legible import one_line
from crashworthy.reports.secrets import shortened
from crashworthy.reports.story import ATTACK, act_name, by_time, in_time, line

NO_ANSWER = "no answer"
MOST_LANES = 14
MOST_MARKS = 40
"""Per lane; the rest is counted."""

_ASKS_NO_TABLE = re.compile(r"\s*(PRAGMA\b|SELECT\b(?!.*\bFROM\b))", re.IGNORECASE | re.DOTALL)
"""What drivers and frameworks ask a database about itself."""
_ASIDE = 0.4
"""Of the picture's room, the share for what happened before and after the attack."""


class MarkKind(StrEnum):
    """What the sensor saw."""

    READ = "read"
    WRITE = "write"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    OUTBOUND = "call"
    BARRIER = "wait"
    EXCEPTION = "error"
    FILE = "file"
    FAULT = "fault"
    START = "start"


@dataclass(frozen=True)
class Mark:
    """One thing that happened inside a request. `at` is seconds since the trial began."""

    at: float
    kind: MarkKind
    text: str
    place: str = ""


@dataclass(frozen=True)
class Lane:
    """One request: `started` and `ended` are seconds since the trial began; `left_out` counts marks not shown.

    `act` is the name of the act of the story that it belongs to.
    """

    number: int
    part: str
    act: str
    actor: str
    title: str
    outcome: str
    failed: bool
    started: float
    ended: float
    marks: tuple[Mark, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Timeline:
    """The lanes in the order in which their requests started; `left_out` counts requests not shown.

    `moments` are what happened to the process as a whole, such as a new start.
    """

    lanes: tuple[Lane, ...]
    left_out: int = 0
    moments: tuple[Mark, ...] = ()

    def of_part(self, part: str) -> tuple[Lane, ...]:
        """The lanes of one part."""
        return tuple(lane for lane in self.lanes if lane.part == part)


@dataclass(frozen=True)
class Scale:
    """Maps times to positions from 0 to 1 so that the order stays and no gap swallows the picture.

    A trial has microseconds between two statements and seconds of waiting. Each gap between two things that
    happened gets room by the logarithm of its length.
    """

    times: tuple[float, ...]
    places: tuple[float, ...]

    def __call__(self, at: float) -> float:
        """The position of a time."""
        if not self.times:
            return 0.0
        if at <= self.times[0]:
            return 0.0
        index = bisect_right(self.times, at) - 1
        if index >= len(self.times) - 1:
            return 1.0
        low, high = self.times[index], self.times[index + 1]
        share = (at - low) / (high - low)
        return self.places[index] + share * (self.places[index + 1] - self.places[index])


def timeline(trial: Trial) -> Timeline:
    """The lanes of a trial."""
    chosen = _chosen(trial)
    marks: dict[str, list[Mark]] = {}
    for event in sorted(in_time(trial), key=lambda event: event.at):
        mark = mark_of(event)
        if mark is not None and event.exchange is not None and math.isfinite(event.at):
            marks.setdefault(event.exchange, []).append(mark)
    for own in marks.values():
        _begin_held_writes_late(own)
        _tell_what_was_not_done(own)
    lanes = [_lane(trial, exchange, number, marks.get(exchange.id, [])) for number, exchange in chosen]
    started = [
        Mark(event.at, MarkKind.START, "a new process serves") for event in trial.events if event.kind == RESTARTED
    ]
    return Timeline(tuple(lanes), left_out=len(trial.exchanges) - len(lanes), moments=tuple(started))


def crossing(picture: Timeline) -> str:
    """In one sentence what the marks show of a race: who had read before anybody's change counted. May be empty."""
    readers: list[tuple[int, float]] = []
    counted: list[float] = []
    committed = False
    for lane in picture.of_part(ATTACK):
        writes = [mark.at for mark in lane.marks if mark.kind in {MarkKind.WRITE, MarkKind.FILE}]
        reads = [mark.at for mark in lane.marks if mark.kind is MarkKind.READ and writes and mark.at < writes[0]]
        if reads:
            committed = committed or any(mark.kind is MarkKind.COMMIT for mark in lane.marks)
            commits = [mark.at for mark in lane.marks if mark.kind is MarkKind.COMMIT and mark.at >= writes[0]]
            readers.append((lane.number, reads[0]))
            counted.append(commits[0] if commits else writes[0])
    if len(readers) < 2 or max(at for _, at in readers) >= min(counted):
        return ""
    *others, last = (str(number) for number, _ in readers)
    who = f"Requests {', '.join(others)} and {last} {'both' if len(readers) == 2 else 'all'}"
    return f"{who} read before the first of them {'committed' if committed else 'wrote'}."


def _begin_held_writes_late(marks: list[Mark]) -> None:
    """Put a request's waiting before the write that it held up: the sensor tells of it when it is over."""
    for index, (held, wait) in enumerate(pairwise(list(marks))):
        if wait.kind is MarkKind.BARRIER and held.kind in {MarkKind.WRITE, MarkKind.FILE, MarkKind.COMMIT}:
            marks[index : index + 2] = replace(wait, at=held.at), replace(held, at=wait.at)


def _tell_what_was_not_done(marks: list[Mark]) -> None:
    """Name the step at which a request was broken off, which the sensor tells of just before, and no longer list it."""
    for index, (step, fault) in reversed(list(enumerate(pairwise(list(marks))))):
        if fault.kind is MarkKind.FAULT and step.kind in {MarkKind.WRITE, MarkKind.COMMIT, MarkKind.FILE}:
            how = "fails" if "fails" in fault.text else fault.text.partition(" its ")[0].partition(" while ")[0]
            marks[index : index + 2] = [replace(fault, text=f"{how}: {step.text}")]


def scale(lanes: tuple[Lane, ...], apart: float = 0.0, moments: tuple[Mark, ...] = ()) -> Scale:
    """The scale on which these lanes fit.

    Marks of one lane are at least `apart` (a share of the whole width) from each other where there is room for that:
    in all lanes, else in the attack's.
    """
    inside = {at for lane in lanes for at in (lane.started, lane.ended, *(mark.at for mark in lane.marks))}
    times = sorted(inside | {mark.at for mark in moments})
    if len(times) < 2:
        return Scale(tuple(times), (0.0,) * len(times))
    least = [0.0] * (len(times) - 1)
    for spread in (lanes, tuple(lane for lane in lanes if lane.part == ATTACK)):
        needed = _least_gaps(times, spread, apart)
        if sum(needed) < 1.0:
            least = needed
            break
    wanted = _wanted_gaps(times, lanes)
    left = (1.0 - sum(least)) / sum(wanted)
    places = accumulate((low + left * want for low, want in zip(least, wanted, strict=True)), initial=0.0)
    return Scale(tuple(times), tuple(places))


def _wanted_gaps(times: list[float], lanes: tuple[Lane, ...]) -> list[float]:
    """Room by the logarithm of the gap between neighbouring times: for 10 µs about one unit, 10 ms four, 10 s seven."""
    attack = [lane for lane in lanes if lane.part == ATTACK]
    begins = min((lane.started for lane in attack), default=-math.inf)
    ends = max((lane.ended for lane in attack), default=math.inf)
    return [
        (1.0 + math.log10(1.0 + (later - earlier) / 1e-5)) * (1.0 if begins <= earlier < ends else _ASIDE)
        for earlier, later in pairwise(times)
    ]


def _least_gaps(times: list[float], lanes: tuple[Lane, ...], apart: float) -> list[float]:
    """The least room between neighbouring times that keeps what happens in one lane `apart`."""
    inside = [{lane.started, lane.ended, *(mark.at for mark in lane.marks)} for lane in lanes]
    reached = [-apart] * len(lanes)
    places = [0.0]
    for index, time in enumerate(times):
        mine = [number for number, own in enumerate(inside) if time in own]
        place = max([places[-1], *(reached[number] + apart for number in mine)])
        for number in mine:
            reached[number] = place
        if index:
            places.append(place)
    return [later - earlier for earlier, later in pairwise(places)]


def sql_text(statement: str, limit: int) -> str:
    """A statement as one short line; the columns of a SELECT are left out."""
    text = one_line(shortened(statement), 2_000)
    text = re.sub(r"^SELECT (?:(?!\bFROM\b).)+ FROM ", "SELECT … FROM ", text, flags=re.IGNORECASE)
    return one_line(text, limit)


def _chosen(trial: Trial) -> list[tuple[int, Exchange]]:
    """The requests to show, with their numbers: the attack's first, then others, back in order."""
    numbered = list(enumerate(by_time(trial), start=1))
    ranked = sorted(numbered, key=lambda item: (item[1].part != "attack", item[0]))[:MOST_LANES]
    return sorted(ranked)


def _lane(trial: Trial, exchange: Exchange, number: int, marks: list[Mark]) -> Lane:
    told = line(exchange, number)
    started = exchange.started if math.isfinite(exchange.started) else 0.0
    ended = exchange.ended if math.isfinite(exchange.ended) else started
    # A service may work on after its answer; what it does long after belongs to no picture.
    shown = [replace(mark, at=max(mark.at, started)) for mark in marks[:MOST_MARKS]]
    return Lane(
        number=number,
        part=exchange.part,
        act=act_name(exchange, trial),
        actor=exchange.actor,
        title=f"{told.method} {one_line(told.path, 80)}",
        outcome=one_line(told.outcome, 40) if told.status is not None else NO_ANSWER,
        failed=told.failed,
        started=started,
        ended=max(started, ended),
        marks=tuple(shown),
        left_out=len(marks) - len(shown),
    )


def mark_of(event: SensorEvent) -> Mark | None:
    """The event as a mark; None for kinds that the picture does not show."""
    data = event.data
    place = str(event.location) if event.location else ""
    match event.kind:
        case "sql" if not data.get("write") and _ASKS_NO_TABLE.match(str(data.get("statement", ""))):
            return None
        case "sql":
            kind = MarkKind.WRITE if data.get("write") else MarkKind.READ
            text = sql_text(str(data.get("statement", "")), 160)
        case "commit":
            kind, text = MarkKind.COMMIT, "COMMIT"
        case "rollback":
            kind, text = MarkKind.ROLLBACK, "ROLLBACK"
        case "outbound":
            limit = data.get("timeout")
            within = f"time limit {limit:g} s" if isinstance(limit, int | float) else "no time limit"
            kind, text = (
                MarkKind.OUTBOUND,
                f"calls {shown_host(str(data.get('host', '?')))}:{data.get('port', '?')}, {within}",
            )
        case "barrier":
            held = "held until all had come" if data.get("released") == "full" else "held; the others did not come"
            kind, text = MarkKind.BARRIER, held
        case "exception":
            kind, text = (
                MarkKind.EXCEPTION,
                f"{data.get('type', 'exception')}: {shortened(str(data.get('message', '')))}",
            )
        case "fault":
            kind, text = MarkKind.FAULT, broken_off(event)
        case "file-write":
            kind, text = MarkKind.FILE, f"writes {data.get('path', 'a file')}"
        case _:
            return None
    return Mark(event.at, kind, one_line(text, 160), one_line(place, 120))
