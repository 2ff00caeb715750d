"""The table and the verdict of the benchmark."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.driver.outcome import Learned, Outcome
from rich.console import Console
from rich.markup import escape
from rich.table import Table

OBJECTIVE_SHARE = 0.95
OBJECTIVE_REQUESTS = 30.0
OBJECTIVE_S = 5.0
OBJECTIVE_BEYOND_PEER = 0.80
OBJECTIVE_WARM = 3.0


@dataclass(frozen=True)
class Summary:
    """All rows together. Shares are of 1; `beyond` is of what the peer left unreached, None where it left nothing.

    The medians are of the rows in which something was reached. `faster` is the median of the seconds of the first
    round by those of the warm one, None where there was none.
    """

    reached: int
    total: int
    requests_per_operation: float
    seconds: float
    peer_reached: int
    peer_total: int
    left: int
    beyond: float | None
    faster: float | None
    failed: int

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Summary:
        """A service that could not be measured counts as not reached."""
        rows = [(outcome, each) for outcome in outcomes for each in outcome.learned]
        # Not to try is fast, and no merit.
        used = [(outcome, each) for outcome, each in rows if each.reached]
        failed = [outcome for outcome in outcomes if not outcome.learned]
        compared = [outcome for outcome in outcomes if outcome.peer and not outcome.peer.note and outcome.learned]
        ratios = [
            outcome.learned[0].seconds / max(0.01, outcome.warm.seconds)
            for outcome in outcomes
            if outcome.warm is not None and outcome.learned
        ]
        left = more = 0
        for outcome in compared:
            first = outcome.learned[0]
            peer = set(outcome.peer.reached) if outcome.peer else set()
            left += outcome.total - len(peer)
            more += len(set(first.reached) - peer)
        return cls(
            reached=sum(len(each.reached) for _, each in rows),
            total=sum(outcome.total for outcome, _ in rows) + sum(outcome.total for outcome in failed),
            requests_per_operation=_median([each.requests / max(1, outcome.total) for outcome, each in used]),
            seconds=_median([each.seconds for _, each in used]),
            peer_reached=sum(len(outcome.peer.reached) for outcome in compared if outcome.peer),
            peer_total=sum(outcome.total for outcome in compared),
            left=left,
            beyond=more / left if left else None,
            faster=_median(ratios) if ratios else None,
            failed=len(failed),
        )

    @property
    def share(self) -> float:
        """Reached of all."""
        return self.reached / max(1, self.total)

    @property
    def holds(self) -> bool:
        """Whether every objective is met."""
        return (
            not self.failed
            and self.share >= OBJECTIVE_SHARE
            and self.requests_per_operation <= OBJECTIVE_REQUESTS
            and self.seconds <= OBJECTIVE_S
            and (self.beyond is None or self.beyond >= OBJECTIVE_BEYOND_PEER)
            and (self.faster is None or self.faster >= OBJECTIVE_WARM)
        )

    def __str__(self) -> str:
        lines = [
            f"reached {self.reached} of {self.total}, {self.share:.1%} (objective: {OBJECTIVE_SHARE:.0%}); "
            f"median {self.requests_per_operation:.1f} requests per operation (objective: {OBJECTIVE_REQUESTS:g}) "
            f"and {self.seconds:.1f} s (objective: {OBJECTIVE_S:g} s)"
        ]
        if self.peer_total:
            lines.append(f"the peer reached {self.peer_reached} of {self.peer_total} where there is a document")
        if self.beyond is not None:
            lines.append(
                f"of the {self.left} that the peer left, {self.beyond:.1%} reached "
                f"(objective: {OBJECTIVE_BEYOND_PEER:.0%})"
            )
        if self.faster is not None:
            lines.append(f"warm, after one edit: {self.faster:.1f} times as fast (objective: {OBJECTIVE_WARM:g})")
        if self.failed:
            lines.append(f"{self.failed} services could not be measured; their operations count as not reached")
        return "\n".join(lines)


def print_table(console: Console, outcomes: Sequence[Outcome], peer_version: str) -> None:
    """One row per service and kind of knowledge."""
    peer_title = f"Schemathesis {peer_version}".strip()
    table = Table("service", "known from", "reached", "requests per operation", "s", "own lines", "warm s", peer_title)
    for outcome in outcomes:
        if not outcome.learned:
            table.add_row(outcome.service, "", f"0/{outcome.total}", "", "", "", "", escape(outcome.error[:60]))
        for place, each in enumerate(outcome.learned):
            table.add_row(
                outcome.service,
                each.known_from,
                f"{len(each.reached)}/{outcome.total}",
                f"{each.requests / max(1, outcome.total):.1f}",
                f"{each.seconds:.1f}",
                _share_of_lines(each),
                _warm(outcome) if place == 0 else "",
                _peer(outcome) if place == 0 else "",
            )
    console.print(table)


def print_reasons(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Why the rest was not reached, in the driver's words."""
    for outcome in outcomes:
        for each in outcome.learned:
            if not each.reached and len(set(each.why.values())) == 1:
                why = next(iter(each.why.values()))
                console.print(escape(f"{outcome.service} ({each.known_from}): all: {why}"), soft_wrap=True)
                continue
            for operation, why in each.why.items():
                console.print(escape(f"{outcome.service} ({each.known_from}): {operation}: {why}"), soft_wrap=True)
            for operation in each.unlisted:
                console.print(escape(f"{outcome.service} ({each.known_from}): not in the list: {operation}"))


def _share_of_lines(learned: Learned) -> str:
    return f"{learned.lines / learned.all_lines:.0%}" if learned.all_lines and learned.lines else "-"


def _warm(outcome: Outcome) -> str:
    if outcome.warm is None:
        return "-"
    lost = set(outcome.learned[0].reached) - set(outcome.warm.reached)
    return f"{outcome.warm.seconds:.1f}" + (f" ({len(lost)} lost)" if lost else "")


def _peer(outcome: Outcome) -> str:
    if outcome.peer is None:
        return ""
    return outcome.peer.note[:60] or f"{len(outcome.peer.reached)}/{outcome.total}"


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0
