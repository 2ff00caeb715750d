"""Figures as people read them."""

from __future__ import annotations

_MINUTES_PER_30_DAYS = 30 * 24 * 60


def number(value: float) -> str:
    """Six significant digits, without a trail of zeros."""
    return f"{value:.6g}"


def milliseconds(value: float) -> str:
    """A time, to four significant digits."""
    return f"{value:.4g} ms" if value < 10_000 else f"{value:.0f} ms"


def share(value: float) -> str:
    """A share, with enough digits that nothing close to 1 reads as 1."""
    return f"{value:.9g}"


def percent(value: float) -> str:
    """A share as a percentage, as exactly."""
    return f"{100 * value:.9g} %"


def points(difference: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * difference:.4g} points"


def downtime(failing: float) -> str:
    """A share of failing time as hours or minutes of 30 days."""
    minutes = failing * _MINUTES_PER_30_DAYS
    return f"{minutes / 60:.3g} h" if minutes >= 120 else f"{minutes:.3g} min"
