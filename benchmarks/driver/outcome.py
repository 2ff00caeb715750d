"""What the part in the box tells the part outside: one file of JSON for each service."""

from __future__ import annotations

from crashworthy.core.value import Value


class Task(Value):
    """What to measure. `peer` is the other tester's program; None leaves it out.

    With `memory`, a file of an earlier run, only one round of learning is measured, which begins with that.
    """

    service: str
    operations_folder: str
    seconds: float
    seed: int
    peer: str | None = None
    memory: str | None = None


class Learned(Value):
    """One round of learning. `known_from` is "document" or "source"; `lines` and `all_lines` count own lines.

    `claimed` are listed operations that the playbook has a way to, `reached` those whose way, replayed from a
    fresh state, again got what the operation is for. `why` holds the driver's reasons by listed operation.
    """

    known_from: str
    reached: tuple[str, ...]
    claimed: tuple[str, ...]
    unlisted: tuple[str, ...]
    why: dict[str, str]
    requests: int
    seconds: float
    lines: int = 0
    all_lines: int = 0


class PeerRun(Value):
    """What the peer did with the same credentials in the same time; `note` says why there is nothing."""

    reached: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    credentials: tuple[str, ...] = ()
    note: str = ""


class Warm(Value):
    """Learning once more with the memory of the first round, after one handler was edited."""

    edited: str
    reached: tuple[str, ...]
    requests: int
    seconds: float


class Outcome(Value):
    """All that was measured on one service."""

    service: str
    total: int
    learned: tuple[Learned, ...] = ()
    peer: PeerRun | None = None
    warm: Warm | None = None
    error: str = ""
