"""The brief for the AI that writes the code: acceptance criteria, each tied to the weaknesses that will check it."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.constraints.feasibility import Check, Feasibility, Outcome, dependency_time_ms
from crashworthy.constraints.model import Constraints, Dependency
from crashworthy.constraints.wording import downtime, milliseconds, number, percent
from crashworthy.core.value import Value
from crashworthy.weaknesses.catalogue import CATALOGUE
from crashworthy.weaknesses.concurrency import LOST_UPDATE
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY


class Criterion(Value):
    """One thing the code must do, and how it is usually done.

    `weaknesses` are ids of those that check it; empty when people have to.
    """

    id: str
    text: str
    why: str = ""
    how: str = ""
    weaknesses: tuple[str, ...] = ()


def acceptance_criteria(constraints: Constraints) -> tuple[Criterion, ...]:
    """What the constraints ask of the code, then what every service must withstand.

    Each weakness of the catalogue is named by at least one criterion: what will be tested is told beforehand.
    """
    stated = [*_from_workload(constraints), *_from_objectives(constraints), *_from_idempotence(constraints)]
    for dependency in constraints.dependencies:
        stated.extend(_from_dependency(dependency, constraints))
    spoken = {weakness for criterion in stated for weakness in criterion.weaknesses}
    always = [
        Criterion(
            id=weakness.id,
            text=f"It never happens that {_as_clause(weakness.title)}.",
            why=weakness.cost,
            how=weakness.mend_in_short,
            weaknesses=(weakness.id,),
        )
        for weakness in CATALOGUE.values()
        if weakness.id not in spoken
    ]
    return (*stated, *always)


def to_markdown(constraints: Constraints, feasibility: Feasibility, criteria: tuple[Criterion, ...]) -> str:
    """The brief as it is given to an AI."""
    lines = ["# Brief", "", "Write the service so that all of this is true of it. Each point says what checks it.", ""]
    impossible = [check for check in feasibility.checks if check.outcome is Outcome.IMPOSSIBLE]
    if impossible:
        lines += ["## Not ready to be written", "", "What is asked cannot hold together. Settle this first:", ""]
        lines += [f"- {_sentence(check)}" for check in impossible]
        lines.append("")
    lines += ["## Acceptance criteria", ""]
    for place, criterion in enumerate(criteria, start=1):
        lines.append(f"{place}. {criterion.text}" + (f" {criterion.why}" if criterion.why else ""))
        if criterion.how:
            lines.append(f"   - How: {criterion.how}")
        lines.append(f"   - Checked by: {_checked_by(criterion)}")
    conditional = [check for check in feasibility.checks if check.outcome is Outcome.CONDITIONAL]
    if conditional:
        lines += ["", "## It holds only if", ""]
        lines += [f"- {_sentence(check)}" for check in conditional]
    checked = sorted({weakness for criterion in criteria for weakness in criterion.weaknesses})
    lines += ["", "## Before it is handed over", "", "```", "crashworthy test ."]
    lines += ["```", "", "Exit code 0. A proof that it prints is a defect: mend the code, never the test.", ""]
    if any(not criterion.weaknesses for criterion in criteria):
        lines += [f"It tries {', '.join(f'`{each}`' for each in checked)}; the other points are for a reviewer.", ""]
    if constraints.accept:
        lines += ["Accepted by the team, until the date, and not to be mended in passing:", ""]
        lines += [f"- `{each.weakness}` until {each.until.isoformat()}: {each.reason}" for each in constraints.accept]
        lines.append("")
    return "\n".join(lines)


def _from_workload(constraints: Constraints) -> Iterator[Criterion]:
    workload = constraints.workload
    rate = workload.peak_requests_per_s or workload.requests_per_s
    if rate is None:
        return
    at_once = f", {workload.concurrency} of them at the same time" if workload.concurrency else ""
    yield Criterion(
        id="overlapping-requests",
        text=f"{number(rate)} requests arrive per second{at_once}. Whatever order they overlap in, the state and the "
        f"answers are those of some order one after another.",
        why="Make every check and the change that depends on it one step in the database.",
        weaknesses=(LOST_UPDATE.id,),
    )
    if workload.concurrency is not None:
        yield Criterion(
            id="time-per-request",
            text=f"On average a request holds a worker for less than "
            f"{milliseconds(1000 * workload.concurrency / rate)}.",
            why="Above that, the queue only grows (Little's law).",
        )


def _from_objectives(constraints: Constraints) -> Iterator[Criterion]:
    objectives = constraints.objectives
    if objectives.latency_ms is not None:
        spent = dependency_time_ms(constraints.dependencies, jitter=True)
        own = objectives.latency_ms - spent
        share = f", of which the dependencies take {milliseconds(spent)} and the code at most {milliseconds(own)}"
        yield Criterion(
            id="latency",
            text=f"{number(objectives.latency_percentile)} % of requests are answered within "
            f"{milliseconds(objectives.latency_ms)}{share if 0 < spent < objectives.latency_ms else ''}.",
        )
    if objectives.availability is not None:
        yield Criterion(
            id="availability",
            text=f"{percent(objectives.availability)} of requests succeed: at most "
            f"{downtime(1 - objectives.availability)} of failures in 30 days.",
            why="A deploy, a restart and a migration count.",
        )


def _from_idempotence(constraints: Constraints) -> Iterator[Criterion]:
    for operation in constraints.idempotent:
        yield Criterion(
            id="idempotent",
            text=f"`{operation}` sent again with the same content has the effect of once, and both answers say so.",
            why="Clients retry when an answer is lost.",
        )
        yield Criterion(
            id="idempotent-at-once",
            text=f"`{operation}` sent twice at the same instant leaves the state of one after the other.",
            weaknesses=(LOST_UPDATE.id,),
        )


def _from_dependency(dependency: Dependency, constraints: Constraints) -> Iterator[Criterion]:
    held = (HELD_BY_SLOW_DEPENDENCY.id,)
    name = dependency.name
    if dependency.timeout_ms is None:
        limit = "a limit for the whole call, not for each byte"
        yield Criterion(id="time-limit", text=f"Every call to {name} has a time limit: {limit}.", weaknesses=held)
    else:
        retries = f"at most {dependency.retries} retries" if dependency.retries else "no retry"
        yield Criterion(
            id="time-limit",
            text=f"Every call to {name} ends within {number(dependency.timeout_ms)} ms, the whole call and not each "
            f"byte of it, with {retries}.",
            weaknesses=held,
        )
    yield Criterion(
        id="degradation",
        text=f"While {name} is slow, answers garbage or is gone, requests that do not need it are answered as usual, "
        f"and those that do get a clear error in time.",
        weaknesses=held,
    )
    if dependency.retries and constraints.idempotent:
        yield Criterion(
            id="safe-retries",
            text=f"A retried call to {name} carries the same idempotency key as the first try.",
            why="The first try may have succeeded, with only its answer lost.",
        )


def _checked_by(criterion: Criterion) -> str:
    if not criterion.weaknesses:
        return "a reviewer; crashworthy has no experiment for it"
    return "`crashworthy test . " + " ".join(f"--only {weakness}" for weakness in criterion.weaknesses) + "`"


def _sentence(check: Check) -> str:
    arithmetic = f"{check.arithmetic}; " if check.arithmetic else ""
    return f"{check.title}: {arithmetic}{check.says}."


def _as_clause(title: str) -> str:
    """A title in the middle of a sentence."""
    return title[0].lower() + title[1:]
