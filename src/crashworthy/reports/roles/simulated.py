"""Results of simulations as parts of a sheet: figures with intervals, assumptions, tornado charts."""

from __future__ import annotations

from collections.abc import Iterable

from crashworthy.reports.roles.sheet import Bar, Chart, Part, Table, Text
from crashworthy.roles.simulation import Range, Result, Swing

_MOST = 8


def figures(result: Result, form: str) -> str:
    """Mean and interval in words."""
    low, high = (_significant(bound) for bound in result.interval)
    return f"{form.format(_significant(result.mean))} ({form.format(low)} to {form.format(high)})"


def _significant(value: float) -> float:
    """To three digits: no simulation of ours knows more."""
    return float(f"{value:.3g}")


def assumptions(ranges: Iterable[Range]) -> Part:
    """The assumptions, each as it was drawn from."""
    return Table(
        ("assumption", "least", "most likely", "most", "unit"),
        tuple((each.title, f"{each.low:g}", f"{each.likely:g}", f"{each.high:g}", each.unit) for each in ranges),
        frozenset({1, 2, 3}),
    )


def tornado(title: str, swings: tuple[Swing, ...], mean: float, form: str) -> Part:
    """How far each input moves the mean of the outcome, the farthest first; without those whose effect is not seen."""
    shown = [swing for swing in swings[:_MOST] if form.format(swing.at_low) != form.format(swing.at_high)]
    if not shown:
        return Text("Nothing moves it: every task stays with people.")
    ends = [end for swing in shown for end in (swing.at_low, swing.at_high)] or [mean]
    bars = tuple(Bar(_directed(swing), *(_significant(end) for end in _between(swing, mean))) for swing in shown)
    return Chart(title, bars, min(*ends, mean), max(*ends, mean), form)


def _directed(swing: Swing) -> str:
    """The input, and which way the outcome goes with it: the ends of a bar do not tell."""
    return f"{swing.title} ({'rises' if swing.at_high > swing.at_low else 'falls'} with it)"


def _between(swing: Swing, mean: float) -> tuple[float, float, float]:
    """The lower end, the mean of all, the higher end."""
    low, high = sorted((swing.at_low, swing.at_high))
    return low, mean, high
