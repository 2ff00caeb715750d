"""What the ledger says of a role's tasks: how often a change held at its first try, and after how many rounds.

The unit is a change, not a run. For each task, the runs of a service are read in the order of time:

- A run *broke* the task when it proved a defect of a weakness that speaks about the task: wholly where the defect is
  major or worse, by a quarter where it is minor, and not at all where it is only worth a remark.
- It *held* when it broke nothing and an experiment for such a weakness held. What was not tried is no success: "held"
  is worth what was tried, and how often that finds what is there.
- Otherwise, and when it was interrupted, it says nothing.

A change is new when the commit is and the run before it proved nothing major; after one that did, what follows are
its rounds, for every task. Without a commit nothing tells two changes apart, so all runs of the service are one.

Where the ledger says which tasks a change belongs to (by what it touches, or by hand), it speaks for those alone, with
their weights; where it does not, for every task whose weaknesses were tried. An incident says that the change of the
run that let it through was broken, whatever that run found.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from crashworthy.core.finding import Status
from crashworthy.core.value import Value
from crashworthy.core.weakness import Severity
from crashworthy.ledger.store import Ledger
from crashworthy.weaknesses.catalogue import CATALOGUE

# A minor defect fails no build, yet a task that leaves them behind is not done to the standard either.
_WORTH_OF_BREAK = {Severity.INFO: 0.0, Severity.MINOR: 0.25, Severity.MAJOR: 1.0, Severity.BLOCKER: 1.0}

_HEARD_OF_AFTER = timedelta(days=91)
"""How long a change is out before its silence counts: defects take their time to be met."""

AuthorKind = Literal["ai", "human", "unknown"]
Row = Mapping[str, Any]


class Defect(Value):
    """A proven defect that speaks about the task."""

    run: str
    finding: str
    weakness: str
    severity: Severity
    title: str


class Work(Value):
    """One change as one task saw it, from its first try until it held.

    `number` counts changes in the order of time, over all services, and is the same for every task. `began` is the
    day of the first try; `held` says whether that did, `broken` how far it did not, 0 to 1; `tried` which of the
    task's weaknesses it tried, in runs of `budget_s` seconds at most; `rounds` after how many runs it held, None while
    it does not. `escaped`: it held, and broke in production. `followed`: incidents were imported long enough after it.
    `weight` is how far the change belongs to the task. The author is that of the first try. `review_minutes`: how long
    people reviewed it, over all rounds, and `by_hand_minutes`: what they think that writing it would have taken; None
    where nobody said so.
    """

    number: int
    service: str
    commit: str | None
    author: AuthorKind
    began: date
    held: bool
    broken: float
    tried: tuple[str, ...]
    budget_s: float
    rounds: int | None
    escaped: bool = False
    followed: bool = False
    weight: float = 1.0
    review_minutes: float | None = None
    by_hand_minutes: float | None = None
    runs: tuple[str, ...]
    defects: tuple[Defect, ...] = ()


class TaskEvidence(Value):
    """All work that speaks about one task. `weaknesses` are the ids of those that do; without any, nothing can."""

    task: str
    weaknesses: tuple[str, ...]
    works: tuple[Work, ...] = ()
    silent_runs: int = 0

    def by(self, author: AuthorKind) -> tuple[Work, ...]:
        """The work of one kind of author."""
        return tuple(work for work in self.works if work.author == author)


class _Seen(Value):
    """What one run says of one task."""

    run: str
    service: str
    change: tuple[str | None, bool]
    work: int
    author: AuthorKind
    began: date
    broken: float
    tried: tuple[str, ...]
    budget_s: float
    defects: tuple[Defect, ...]


def read_evidence(ledger: Ledger, tasks: Iterable[str]) -> dict[str, TaskEvidence]:
    """What the ledger says of each task, by its id."""
    runs = sorted(ledger.runs(), key=lambda run: (run["started_at"], run["id"]))
    finished = [run for run in runs if run["verdict"] is not None]
    findings, experiments = _by_run(ledger.findings()), _by_run(ledger.experiments())
    weights, escaped, reviews = ledger.tasks(), ledger.incidents(), ledger.reviews()
    incidents = _by_run(escaped)
    heard_until = max((datetime.fromisoformat(each["imported_at"]).date() for each in escaped), default=date.min)
    works = _works_of_runs(finished, findings)
    interrupted = len(runs) - len(finished)
    evidence = {}
    for task in tasks:
        weaknesses = weaknesses_of(task)
        seen: defaultdict[int, list[_Seen]] = defaultdict(list)
        for run in finished:
            said = _look(run, works[run["id"]], weaknesses, findings[run["id"]], experiments[run["id"]])
            if said is not None:
                seen[said.work].append(said)
        silent = interrupted + len(finished) - sum(len(each) for each in seen.values())
        changes = tuple(
            _work(
                seen[number],
                weight=_weight(task, seen[number], weights),
                escaped=_escaped(task, weaknesses, [each for run in seen[number] for each in incidents[run.run]]),
                followed=heard_until - seen[number][0].began >= _HEARD_OF_AFTER,
                reviews=[reviews[run.run] for run in seen[number] if run.run in reviews],
            )
            for number in sorted(seen)
            if _weight(task, seen[number], weights)
        )
        evidence[task] = TaskEvidence(task=task, weaknesses=weaknesses, works=changes, silent_runs=silent)
    return evidence


def weaknesses_of(task: str) -> tuple[str, ...]:
    """The ids of the weaknesses that speak about a task."""
    return tuple(weakness.id for weakness in CATALOGUE.values() if task in weakness.tasks)


def _works_of_runs(runs: Sequence[Row], findings: Mapping[str, list[Row]]) -> dict[str, int]:
    """Which change, by a number, each run tried; runs come in the order of time."""
    numbers: dict[str, int] = {}
    last: dict[str, tuple[tuple[str | None, bool], bool]] = {}
    current: dict[str, int] = {}
    count = 0
    for run in runs:
        service, change = run["service"], (run["commit"], run["dirty"])
        if service not in last or (last[service][0] != change and not last[service][1]):
            count += 1
            current[service] = count
        numbers[run["id"]] = current[service]
        last[service] = (change, any(_breaks(finding) for finding in findings[run["id"]]))
    return numbers


def _breaks(finding: Row) -> bool:
    return bool(finding["status"] == Status.PROVEN) and Severity(finding["severity"]).at_least(Severity.MAJOR)


def _look(
    run: Row, work: int, weaknesses: tuple[str, ...], findings: Sequence[Row], experiments: Sequence[Row]
) -> _Seen | None:
    """What a run says of a task with these weaknesses; None when it says nothing."""
    defects = tuple(
        Defect(
            run=run["id"],
            finding=finding["finding"],
            weakness=finding["weakness"],
            severity=Severity(finding["severity"]),
            title=finding["title"],
        )
        for finding in findings
        if finding["weakness"] in weaknesses and finding["status"] == Status.PROVEN
    )
    broken = max((_WORTH_OF_BREAK[defect.severity] for defect in defects), default=0.0)
    held = {
        experiment["weakness"]
        for experiment in experiments
        if experiment["weakness"] in weaknesses and experiment["status"] == Status.HELD and experiment["trials"]
    }
    if not broken and not held:
        return None
    return _Seen(
        run=run["id"],
        service=run["service"],
        change=(run["commit"], run["dirty"]),
        work=work,
        author=run["author"],
        began=datetime.fromisoformat(run["started_at"]).date(),
        broken=broken,
        tried=tuple(sorted(held | {defect.weakness for defect in defects})),
        budget_s=run["budget_s"],
        defects=defects,
    )


def _weight(task: str, runs: Sequence[_Seen], weights: Mapping[str, Mapping[str, float]]) -> float:
    """How far a change belongs to the task, by its first run that says so; wholly where none does."""
    said = next((weights[run.run] for run in runs if run.run in weights), None)
    return 1.0 if said is None else said.get(task, 0.0)


def _escaped(task: str, weaknesses: tuple[str, ...], incidents: Sequence[Row]) -> bool:
    """Whether one of the incidents speaks about the task; one that names neither task nor weakness speaks of all."""
    return any(
        incident["task"] == task or incident["weakness"] in weaknesses
        if incident["task"] or incident["weakness"]
        else True
        for incident in incidents
    )


def _work(runs: Sequence[_Seen], *, weight: float, escaped: bool, followed: bool, reviews: Sequence[Row]) -> Work:
    first = [run for run in runs if run.change == runs[0].change]
    # The same commit, run again with more luck or a larger budget, may break after it held: then it never held.
    broken = max(run.broken for run in first)
    last_break = max((place for place, run in enumerate(runs) if run.broken), default=-1)
    return Work(
        number=runs[0].work,
        service=runs[0].service,
        commit=runs[0].change[0],
        author=runs[0].author,
        began=runs[0].began,
        held=not broken,
        broken=broken,
        tried=tuple(sorted({weakness for run in first for weakness in run.tried})),
        budget_s=max(run.budget_s for run in first),
        rounds=last_break + 2 if last_break + 1 < len(runs) else None,
        escaped=escaped and not broken,
        followed=followed,
        weight=weight,
        review_minutes=math.fsum(each["minutes"] for each in reviews) if reviews else None,
        by_hand_minutes=next((each["by_hand_minutes"] for each in reviews if each["by_hand_minutes"]), None),
        runs=tuple(run.run for run in runs),
        defects=tuple(defect for run in runs for defect in run.defects),
    )


def _by_run(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["run"]].append(row)
    return grouped
