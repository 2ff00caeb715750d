"""Whether the constraints can hold together: arithmetic on what is stated, nothing measured."""

from __future__ import annotations


def requests_at_once(requests_per_s: float, time_ms: float) -> float:
    """Little's law, L = λW: how many requests are in the service on average (Little 1961)."""
    return requests_per_s * time_ms / 1000
