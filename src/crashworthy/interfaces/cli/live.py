"""Shows a run while it goes on: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from crashworthy.core.events import (
    BudgetStarted,
    Event,
    ExperimentStarted,
    FindingMade,
    Note,
    OperationsReached,
    RunFinished,
    StageStarted,
    TrialDone,
)
from crashworthy.core.finding import Finding, Status
from crashworthy.reports.legible import visible

_STAGES = {
    "environment": "Preparing the environment",
    "audit": "Reading the source",
    "start": "Starting the service",
    "learn": "Learning the API",
    "experiments": "Running experiments",
    "proof": "Replaying a proof",
    "report": "Writing the report",
}


class Progress:
    """Listens to a run's events. Use as a context manager; call it with each event."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self.console = console
        self.quiet = quiet
        self.began = time.monotonic()
        self.stage = "starting"
        self.doing = ""
        self.reached: tuple[int, int] | None = None
        self.trials = 0
        self.proofs: list[Finding] = []
        self.ends_at: float | None = None
        self.live: Live | None = None
        self.told: tuple[int, int] | None = None

    def __enter__(self) -> Progress:
        if self.console.is_terminal and not self.quiet:
            self.live = Live(console=self.console, get_renderable=self._panel, refresh_per_second=8, transient=True)
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live is not None:
            self.live.stop()

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case StageStarted():
                if event.stage != "proof":
                    self.stage = _STAGES[event.stage]
                self.doing = event.detail if event.stage != "proof" else f"replaying: {event.detail}"
                if event.stage != "proof":
                    self._line(f"{self.stage}" + (f": {event.detail}" if event.detail else ""))
            case BudgetStarted():
                self.ends_at = time.monotonic() + event.seconds
            case OperationsReached():
                self.reached = (event.reached, event.total)
                self._tell_reached()
            case ExperimentStarted():
                self.doing = f"{event.experiment} on {', '.join(event.operations)}"
                self._line(f"  trying {self.doing}")
            case TrialDone():
                self.trials += 1
            case FindingMade():
                self._finding(event.finding)
            case Note():
                style = "yellow" if event.level == "warning" else "dim"
                self._line(f"  {event.text}", style=style)
            case RunFinished():
                self.doing = ""
            case _:
                pass

    def _finding(self, finding: Finding) -> None:
        if finding.status is not Status.PROVEN:
            return
        if finding.id not in [known.id for known in self.proofs]:
            self.proofs.append(finding)
            where = f"  {finding.location}" if finding.location else ""
            self._line(f"  proven {finding.id}: {finding.title}{where}", style="bold red", always=True)

    def _tell_reached(self) -> None:
        """On plain lines, tell at quarters only."""
        if self.live is not None or self.reached is None:
            return
        reached, total = self.reached
        if reached == total or self.told is None or reached - self.told[0] >= max(total // 4, 1):
            if self.reached != self.told:
                self._line(f"  reached {reached} of {total} operations")
            self.told = self.reached

    def _line(self, text: str, *, style: str = "", always: bool = False) -> None:
        if self.quiet:
            return
        if self.live is None or always:
            stamp = Text(f"{time.monotonic() - self.began:6.1f}s ", style="dim")
            self.console.print(stamp + Text(visible(text), style=style), soft_wrap=True)

    def _panel(self) -> Group:
        facts = Table.grid(padding=(0, 2))
        if self.reached:
            facts.add_row("operations reached", f"{self.reached[0]} of {self.reached[1]}")
        facts.add_row("trials", str(self.trials))
        facts.add_row("proofs", Text(str(len(self.proofs)), style="bold red" if self.proofs else ""))
        if self.ends_at is not None:
            facts.add_row("time left", f"{max(0.0, self.ends_at - time.monotonic()):.0f} s")
        line = Spinner("dots", text=Text.assemble((self.stage, "bold"), "  ", (visible(self.doing), "dim")))
        return Group(line, facts)
