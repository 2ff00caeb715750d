"""Figures as people read them."""

from __future__ import annotations

_MINUTES_PER_30_DAYS = 30 * 24 * 60


def number(value: float) -> str:
    """Six significant digits, without a trail of zeros."""
    return f"{value:.6g}"


def milliseconds(value: float) -> str:
    """A time, to four significant digits."""
    return f"{value:.4g} ms" if value < 10_000 else f"{value:.0f} ms"


def percent(share: float) -> str:
    """A share as a percentage."""
    return f"{100 * share:.6g} %"


def points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * share:.4g} points"


def downtime(share: float) -> str:
    """A share of failing time as hours or minutes of 30 days."""
    minutes = share * _MINUTES_PER_30_DAYS
    return f"{minutes / 60:.3g} h" if minutes >= 120 else f"{minutes:.3g} min"
