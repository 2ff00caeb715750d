"""Long measurements in parts: split by service and seed, kept run by run, summed up also when they are interrupted."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Said:
    """What one run said: the ids of weaknesses that were proven, plays on fresh copies, seconds on the clock."""

    proven: tuple[str, ...]
    trials: int
    seconds: float


@dataclass(frozen=True)
class Run:
    """A service tried once with a seed. `error` is why it could not be tried, empty where it could.

    `revision` is that of crashworthy, `load` the machine's load average over a minute at the end.
    """

    service: str
    seed: int
    said: Said
    error: str
    revision: str
    load: float


def add_options(parser: argparse.ArgumentParser, seeds: int) -> None:
    """The options that split a measurement."""
    parser.add_argument(
        "--seeds", type=seed_range, default=range(seeds), help="how many, or from and to: 3:5 is 3 and 4"
    )
    parser.add_argument("--minutes", type=float, help="begin no further run after these")
    parser.add_argument("--results", type=Path, help="keep each run here, a JSON object per line, and go on from it")
    parser.add_argument("--kept", action="store_true", help="measure nothing, sum up what --results holds")


def seed_range(text: str) -> range:
    """`5` are the seeds 0 to 4, `3:5` are 3 and 4."""
    first, colon, end = text.partition(":")
    seeds = range(int(first), int(end)) if colon else range(int(first))
    if not seeds or seeds.start < 0:
        raise argparse.ArgumentTypeError(f"{text} names no seed")
    return seeds


class Runs:
    """Runs by service and seed, in a file that several processes may write to; without a file none are kept."""

    def __init__(self, options: argparse.Namespace) -> None:
        """`options` are those of `add_options`. Lines of the file that are no runs are passed over."""
        self._file: Path | None = options.results
        self._measures = not options.kept
        self._ends = time.monotonic() + options.minutes * 60 if options.minutes is not None else None
        self._revision = revision()
        self._known: dict[tuple[str, int], Run] = {}
        self.interrupted = ""
        if self._file is not None and self._file.exists():
            for line in self._file.read_text(encoding="utf-8").splitlines():
                # A line may be cut: that of a process that was killed.
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    read = json.loads(line)
                    run = Run(**{**read, "said": Said(**{**read["said"], "proven": tuple(read["said"]["proven"])})})
                    self._known[run.service, run.seed] = run

    def of(self, service: str, seed: int, judge: Callable[[], Said]) -> Run | None:
        """The run, tried where it is not known; None where nothing more is to be tried.

        A service that cannot be tried does not end the measurement of all others, and is tried again the next time.
        """
        known = self._known.get((service, seed))
        if known is not None and not (known.error and self._measures):
            return known
        if not self._measures or (self._ends is not None and time.monotonic() >= self._ends):
            return None
        error, said = "", Said((), 0, 0.0)
        try:
            said = judge()
        except Exception as failure:
            if self.interrupted:
                # What fails while a stand is taken down because of the signal.
                raise KeyboardInterrupt from failure
            error = f"{type(failure).__name__}: {failure}"
        run = Run(service, seed, said, error, self._revision, round(os.getloadavg()[0], 1))
        self._known[service, seed] = run
        if self._file is not None:
            # One write of one line: what another process appends stays whole.
            with self._file.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(run)) + "\n")
        return run

    @contextlib.contextmanager
    def until_interrupted(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM end the block instead of the program; `interrupted` then names the signal."""

        def end(number: int, _frame: FrameType | None) -> None:
            self.interrupted = signal.Signals(number).name
            raise KeyboardInterrupt

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        except KeyboardInterrupt:
            pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def circumstances(runs: Sequence[Run]) -> str:
    """One line: how busy the machine was, and of which revisions of crashworthy the runs are."""
    if not runs:
        return "nothing was measured"
    loads, revisions = [run.load for run in runs], sorted({run.revision for run in runs})
    return f"{len(runs)} runs, load average {min(loads)} to {max(loads)}, revision {', '.join(revisions)}"


def revision() -> str:
    """What `git describe` says of this copy of crashworthy."""
    told = subprocess.run(
        ["git", "-C", str(_HERE), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"
