"""The timeline as a picture: inline SVG, coloured by the page's style sheet, as its policy asks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from markupsafe import Markup, escape

from crashworthy.reports.legible import one_line
from crashworthy.reports.story import ATTACK, duration
from crashworthy.reports.timeline import Lane, Mark, MarkKind, Scale, Timeline, scale

WIDTH = 1000
_LEFT = 268
_RIGHT = 116
_TOP = 8
_LANE = 36
_BAR = 22
_GROUP = 24
_AXIS = 34
_RADIUS = 8
_LETTER_ROOM = 16
"""Marks closer than this have no room for their letter."""
_TICK_ROOM = 76
_TITLE_CHARACTERS = 30

LETTERS = {
    MarkKind.READ: "R",
    MarkKind.WRITE: "W",
    MarkKind.COMMIT: "C",
    MarkKind.ROLLBACK: "X",
    MarkKind.OUTBOUND: "O",
    MarkKind.BARRIER: "B",
    MarkKind.EXCEPTION: "!",
    MarkKind.FILE: "F",
    MarkKind.FAULT: "†",
    MarkKind.START: "S",
}
NAMES = {
    MarkKind.READ: "SQL read",
    MarkKind.WRITE: "SQL write",
    MarkKind.COMMIT: "commit",
    MarkKind.ROLLBACK: "rollback",
    MarkKind.OUTBOUND: "outbound call",
    MarkKind.BARRIER: "held until all had come",
    MarkKind.EXCEPTION: "exception",
    MarkKind.FILE: "file write",
    MarkKind.FAULT: "killed or made to fail",
    MarkKind.START: "a new process serves",
}


def draw(picture: Timeline, label: str) -> Markup:
    """The picture; `label` says to a screen reader what it shows. Empty when there is nothing to draw."""
    if not picture.lanes:
        return Markup("")
    at = scale(picture.lanes, apart=(_LETTER_ROOM + 1) / (WIDTH - _LEFT - _RIGHT), moments=picture.moments)
    groups = 1 + sum(one.act != other.act for one, other in pairwise(picture.lanes))
    height = _TOP + groups * _GROUP + len(picture.lanes) * _LANE + _AXIS
    parts = [
        Markup('<svg class="timeline" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, label),
        *_ticks(picture, at, height - _AXIS),
        *_barrier(picture, at),
        *_moments(picture, at, height - _AXIS),
        *_lanes(picture, at),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def kinds(picture: Timeline) -> list[tuple[str, str, str]]:
    """For the legend: of each kind of mark in the picture its class, letter and name."""
    used = {mark.kind for lane in picture.lanes for mark in lane.marks} | {mark.kind for mark in picture.moments}
    return [(kind.value, LETTERS[kind], NAMES[kind]) for kind in MarkKind if kind in used]


def _tops(picture: Timeline) -> Iterator[tuple[Lane, float, bool]]:
    """Each lane with its top and whether a new act begins with it."""
    top, act = float(_TOP), None
    for lane in picture.lanes:
        new = lane.act != act
        top += _GROUP if new else 0
        yield lane, top, new
        act = lane.act
        top += _LANE


def _x(at: Scale, time: float) -> float:
    return round(_LEFT + at(time) * (WIDTH - _LEFT - _RIGHT), 1)


def _lanes(picture: Timeline, at: Scale) -> Iterator[Markup]:
    for lane, top, new in _tops(picture):
        if new:
            yield Markup('<text class="part" x="0" y="{}">{}</text>').format(top - 7, lane.act)
        middle = top + _LANE / 2
        yield Markup('<g class="lane {}">').format("failed" if lane.failed else lane.part)
        yield Markup(
            '<circle class="number" cx="11" cy="{0}" r="11"/><text class="number" x="11" y="{0}">{1}</text>'
        ).format(middle, lane.number)
        yield Markup('<text class="title" x="30" y="{}">{}<title>{}</title></text>').format(
            middle, _short(lane), f"{lane.title} as {lane.actor}"
        )
        left, right = _x(at, lane.started), _x(at, lane.ended)
        took = f"{lane.title}: {lane.outcome} after {duration(lane.ended - lane.started)}"
        yield Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="5"><title>{}</title></rect>').format(
            left, middle - _BAR / 2, max(right - left, 3), _BAR, took
        )
        letters = _closest([_x(at, mark.at) for mark in lane.marks]) >= _LETTER_ROOM
        for mark in lane.marks:
            yield _mark(mark, _x(at, mark.at), middle, letters=letters)
        yield Markup('<text class="outcome" x="{}" y="{}">{}</text>').format(
            max(right, left + 3) + (10 if letters else 8), middle, one_line(lane.outcome, 16)
        )
        yield Markup("</g>")


def _mark(mark: Mark, x: float, y: float, *, letters: bool) -> Markup:
    tip = " ".join(filter(None, (f"{duration(mark.at)} {mark.text}", mark.place and f"({mark.place})")))
    letter = Markup('<text x="{}" y="{}">{}</text>').format(x, y, LETTERS[mark.kind]) if letters else Markup("")
    return Markup('<g class="mark {}"><circle cx="{}" cy="{}" r="{}"/>{}<title>{}</title></g>').format(
        mark.kind.value, x, y, _RADIUS if letters else 4, letter, tip
    )


def _barrier(picture: Timeline, at: Scale) -> Iterator[Markup]:
    """A dashed line through the attack's lanes where they were let go on together."""
    attack = [(lane, top) for lane, top, _ in _tops(picture) if lane.part == ATTACK]
    released = [mark.at for lane, _ in attack for mark in lane.marks if mark.kind is MarkKind.BARRIER]
    if len(released) > 1:
        yield Markup('<line class="barrier" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
            _x(at, min(released)), attack[0][1], attack[-1][1] + _LANE
        )


def _moments(picture: Timeline, at: Scale, bottom: float) -> Iterator[Markup]:
    """A line through all lanes where a new process began to serve, with its mark at the end."""
    for mark in picture.moments:
        x = _x(at, mark.at)
        yield Markup('<line class="start" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(x, _TOP, bottom)
        yield _mark(mark, x, _TOP + _RADIUS, letters=True)


def _ticks(picture: Timeline, at: Scale, bottom: float) -> Iterator[Markup]:
    origin = picture.lanes[0].started
    last = -float(_TICK_ROOM)
    for time in at.times:
        x = _x(at, time)
        if x - last >= _TICK_ROOM:
            last = x
            yield Markup('<line class="tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(x, _TOP, bottom + 4)
            yield Markup('<text class="tick" x="{}" y="{}">{}</text>').format(x, bottom + 18, duration(time - origin))


def _closest(places: list[float]) -> float:
    ordered = sorted(set(places))
    return min((later - earlier for earlier, later in pairwise(ordered)), default=math.inf)


def _short(lane: Lane) -> Markup:
    """Method and path; of a long path the end tells more than the beginning."""
    method, _, path = lane.title.partition(" ")
    room = _TITLE_CHARACTERS - len(method)
    if len(path) > room:
        path = "…" + path[-(room - 1) :] if room > 1 else "…"
    return Markup('<tspan class="method">{}</tspan> {}').format(one_line(method, 12), escape(path))
