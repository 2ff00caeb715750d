"""Where things stand in the plots of a role's page, in the units of their SVG."""

from __future__ import annotations

from typing import Any

from crashworthy.roles.quadrant import MIDDLE
from crashworthy.roles.score import Past, TaskAssessment

WIDTH, HEIGHT = 640, 400
_EDGE = 34
_DOT = 11
_REACH = 0.6
"""How far from the line the plot reaches, in shares; what is beyond stands at the edge."""

TREND_WIDTH, TREND_HEIGHT = 640, 130
_TREND_EDGE = 24


def quadrant_dots(tasks: list[TaskAssessment]) -> list[dict[str, Any]]:
    """A numbered dot per task, with the range of its share as a line; dots that would cover each other move apart."""
    dots: list[dict[str, Any]] = []
    for number, each in enumerate(tasks, 1):
        low, high = (_x(value - each.costs.assist) for value in each.estimate.interval)
        x, y = _x(each.place.across), _free(_x(each.place.across), _y(each.place.up), dots)
        dots.append({"number": number, "x": x, "y": y, "low": low, "high": high, "stage": each.decision.stage})
    return dots


def _free(x: float, y: float, dots: list[dict[str, Any]]) -> float:
    """The nearest height at which a dot covers no other, on the same side of the line; its own where there is none."""
    middle = _y(MIDDLE)
    for step in range(_TRIES):
        for moved in (y + step * _DOT / 2, y - step * _DOT / 2):
            inside = _DOT <= moved <= HEIGHT - _DOT and (moved <= middle) == (y <= middle)
            if inside and not any(abs(x - dot["x"]) < 2 * _DOT and abs(moved - dot["y"]) < 2 * _DOT for dot in dots):
                return round(moved, 1)
    return y


_TRIES = 40


def quadrant_lines() -> dict[str, float]:
    """Where the two lines of the plot are."""
    return {"x": _x(0), "y": _y(MIDDLE), "width": WIDTH, "height": HEIGHT}


def trend(past: tuple[Past, ...]) -> dict[str, Any] | None:
    """The score by quarter with its band, from 0 to 100; None where there is but one."""
    if len(past) < _A_LINE:
        return None
    step = (TREND_WIDTH - 2 * _TREND_EDGE) / (len(past) - 1)
    xs = [_TREND_EDGE + step * place for place in range(len(past))]
    points = [
        {"x": x, "y": _height(each.score), "score": each.score, "ago": each.quarters_ago}
        for x, each in zip(xs, past, strict=True)
    ]
    upper = [f"{x:.1f},{_height(each.interval[1]):.1f}" for x, each in zip(xs, past, strict=True)]
    lower = [f"{x:.1f},{_height(each.interval[0]):.1f}" for x, each in zip(xs, past, strict=True)]
    return {
        "points": points,
        "line": " ".join(f"{point['x']:.1f},{point['y']:.1f}" for point in points),
        "band": " ".join((*upper, *reversed(lower))),
        "width": TREND_WIDTH,
        "height": TREND_HEIGHT,
        "grid": [(score, _height(score)) for score in (0, 50, 100)],
        "edge": _TREND_EDGE,
    }


_A_LINE = 2


def _x(above: float) -> float:
    inside = min(_REACH, max(-_REACH, above))
    return round(_EDGE + (inside + _REACH) / (2 * _REACH) * (WIDTH - 2 * _EDGE), 1)


def _y(up: float) -> float:
    return round(HEIGHT - _EDGE - up * (HEIGHT - 2 * _EDGE), 1)


def _height(score: float) -> float:
    return round(TREND_HEIGHT - _TREND_EDGE - score / 100 * (TREND_HEIGHT - 2 * _TREND_EDGE), 1)
