"""Whether the constraints can hold together: arithmetic on what is stated, nothing measured.

Four laws are applied, each only where its figures are stated:

- Little's law: L = λW requests are in the service on average (Little 1961). W is the time that the dependencies
  take where it is stated, else the time that the latency objective allows.
- Availability in series: a request that needs every dependency works at most as often as all of them do together.
- Latencies of calls made one after another add up. Jitter is counted in full for every call.
- A call that fails takes its time-out, once for each try.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum

from crashworthy.constraints.model import Constraints, Dependency
from crashworthy.constraints.wording import downtime, milliseconds, number, percent, points, share
from crashworthy.core.value import Value

# Above this share of busy workers, queueing grows faster than load: at 80 % an M/M/1 queue waits 4 service times.
_BUSY = 0.8


class Outcome(StrEnum):
    """What the arithmetic says of one pair of constraints."""

    HOLDS = "holds"
    CONDITIONAL = "holds only if"
    IMPOSSIBLE = "cannot hold"
    UNSTATED = "not stated"


class Check(Value):
    """One law applied to the constraints.

    `arithmetic` is the calculation with its figures; `says` what follows, and by how much it is missed; `keys` the
    keys of crashworthy.toml it is about. `needed` and `available` are in `unit`; None where they are not stated.
    """

    id: str
    title: str
    outcome: Outcome = Outcome.UNSTATED
    arithmetic: str = ""
    says: str = ""
    keys: tuple[str, ...]
    needed: float | None = None
    available: float | None = None
    unit: str = ""

    def decided(self, outcome: Outcome, says: str) -> Check:
        """The same check with its answer."""
        return self.model_copy(update={"outcome": outcome, "says": says})


class Feasibility(Value):
    """All checks, in the order in which people should read them."""

    checks: tuple[Check, ...]

    @property
    def feasible(self) -> bool:
        """Whether nothing that is stated contradicts something else that is stated."""
        return all(check.outcome is not Outcome.IMPOSSIBLE for check in self.checks)


def examine(constraints: Constraints) -> Feasibility:
    """Apply every law to the constraints."""
    return Feasibility(
        checks=(
            *_concurrency(constraints),
            *_availability(constraints),
            *_latency(constraints),
            *(_while_failing(each, constraints) for each in constraints.dependencies),
        )
    )


def requests_at_once(requests_per_s: float, time_ms: float) -> float:
    """L = λW: how many requests are in the service on average."""
    return requests_per_s * time_ms / 1000


def dependency_time_ms(dependencies: Iterable[Dependency], *, jitter: bool = False) -> float:
    """How long the calls of one request take, one after another, where their latency is stated."""
    return math.fsum(
        each.calls * (each.latency_ms + (each.jitter_ms if jitter else 0))
        for each in dependencies
        if each.latency_ms is not None
    )


def availability_in_series(dependencies: Iterable[Dependency], *, retries: bool = False) -> float:
    """The share of requests that find every dependency working.

    All calls of a request to one dependency are taken to meet the same weather: they work or fail together. With
    `retries`, each retry is taken to fail independently of the one before: the best that retries could do.
    """
    return math.prod(
        1 - (1 - each.availability) ** (each.retries + 1 if retries else 1)
        for each in dependencies
        if each.availability is not None
    )


def worst_time_ms(dependency: Dependency) -> float | None:
    """How long a request waits for a dependency that never answers; None without a time-out: for ever."""
    if dependency.timeout_ms is None:
        return None
    return dependency.calls * (dependency.retries + 1) * dependency.timeout_ms


def _concurrency(constraints: Constraints) -> list[Check]:
    workload, objective_ms = constraints.workload, constraints.objectives.latency_ms
    spent_ms = dependency_time_ms(constraints.dependencies)
    check = Check(
        id="concurrency",
        title="Requests at once (Little's law)",
        keys=("workload.requests_per_s", "workload.concurrency", "objectives.latency_ms", "dependencies.latency_ms"),
        unit="requests at once",
    )
    rates = (("", workload.requests_per_s), ("at-peak", workload.peak_requests_per_s))
    stated = [(suffix, rate) for suffix, rate in rates if rate is not None]
    if not stated or not (spent_ms or objective_ms):
        missing = "no rate" if not stated else "no latency, of a dependency or as an objective,"
        return [check.decided(Outcome.UNSTATED, f"{missing} is stated, so nothing follows about concurrency")]
    checks = []
    for suffix, rate in stated:
        if suffix:
            check = check.model_copy(update={"id": "concurrency-at-peak", "title": f"{check.title} at peak"})
        checks.append(_little(check, rate, spent_ms, objective_ms, workload.concurrency))
    return checks


def _little(check: Check, rate: float, spent_ms: float, objective_ms: float | None, workers: int | None) -> Check:
    time_ms = spent_ms or objective_ms or 0
    needed = requests_at_once(rate, time_ms)
    where = "spends {} waiting for its dependencies" if spent_ms else "may take {} by the latency objective"
    check = check.model_copy(
        update={
            "arithmetic": f"L = λW = {number(rate)}/s · {milliseconds(time_ms)} = {number(needed)}: "
            f"a request {where.format(milliseconds(time_ms))}",
            "needed": needed,
            "available": workers,
        }
    )
    if workers is None:
        at_least = math.floor(needed) + 1
        return check.decided(
            Outcome.CONDITIONAL,
            f"the service must be able to work on {at_least} requests at once; workload.concurrency is not stated",
        )
    longest_ms = 1000 * workers / rate
    if needed >= workers:
        amount = f"{number(needed - workers)} too few" if needed > workers else "not one to spare: any queue only grows"
        return check.decided(
            Outcome.IMPOSSIBLE,
            f"a concurrency of {workers} is {amount}; at {number(rate)}/s a request may take less than "
            f"{milliseconds(longest_ms)} on average, or {math.floor(needed) + 1} workers are needed",
        )
    busy = f"{needed / workers:.0%} of {workers} workers are busy on average"
    if needed / workers >= _BUSY:
        return check.decided(Outcome.CONDITIONAL, f"{busy}: it holds only if requests arrive evenly; expect queues")
    if objective_ms is not None and requests_at_once(rate, objective_ms) >= workers:
        return check.decided(
            Outcome.CONDITIONAL,
            f"{busy}; but requests that all took the {milliseconds(objective_ms)} they may would be "
            f"{number(requests_at_once(rate, objective_ms))} at once: it holds only if the mean stays under "
            f"{milliseconds(longest_ms)}",
        )
    return check.decided(Outcome.HOLDS, busy)


def _availability(constraints: Constraints) -> list[Check]:
    stated = [each for each in constraints.dependencies if each.availability is not None]
    objective = constraints.objectives.availability
    check = Check(
        id="availability",
        title="Availability of dependencies in series",
        keys=("objectives.availability", "dependencies.availability", "dependencies.retries"),
        unit="share",
    )
    if objective is None or not stated:
        missing = "no availability objective" if objective is None else "no availability of a dependency"
        return [check.decided(Outcome.UNSTATED, f"{missing} is stated, so nothing follows about it")]
    plain, best = availability_in_series(stated), availability_in_series(stated, retries=True)
    factors = " · ".join(f"{share(each.availability or 0)} ({each.name})" for each in stated)
    arithmetic = f"{factors} = {share(plain)}" + (f"; with retries at best {share(best)}" if best > plain else "")
    check = check.model_copy(update={"arithmetic": arithmetic, "needed": objective, "available": plain})
    if best < objective:
        says = (
            f"with every dependency needed by every request, {percent(best)} is the most that can be reached, "
            f"{points(objective - best)} short of {percent(objective)}: {downtime(1 - best)} in 30 days, where "
            f"{downtime(1 - objective)} are allowed; serve without one of them, or promise less"
        )
        return [check.decided(Outcome.IMPOSSIBLE, says)]
    if plain < objective:
        says = (
            f"without retries {percent(plain)} is {points(objective - plain)} short of {percent(objective)}: it holds "
            f"only if failures are so brief that a retry succeeds, independently of the try before"
        )
        return [check.decided(Outcome.CONDITIONAL, says)]
    says = f"the dependencies take {downtime(1 - plain)} of every 30 days; {downtime(plain - objective)} are left"
    return [check.decided(Outcome.HOLDS, says)]


def _latency(constraints: Constraints) -> list[Check]:
    stated = [each for each in constraints.dependencies if each.latency_ms is not None]
    objective = constraints.objectives.latency_ms
    check = Check(
        id="latency",
        title="Latencies in sum",
        keys=("objectives.latency_ms", "dependencies.latency_ms", "dependencies.jitter_ms", "dependencies.calls"),
        unit="ms",
    )
    if objective is None or not stated:
        missing = "no latency objective" if objective is None else "no latency of a dependency"
        return [check.decided(Outcome.UNSTATED, f"{missing} is stated, so nothing follows about it")]
    total = dependency_time_ms(stated, jitter=True)
    arithmetic = f"{' + '.join(_call(each) for each in stated)} = {milliseconds(total)}"
    check = check.model_copy(update={"arithmetic": arithmetic, "needed": total, "available": objective})
    promise = f"{milliseconds(objective)} at p{number(constraints.objectives.latency_percentile)}"
    if total > objective:
        says = (
            f"the calls alone take {milliseconds(total - objective)} more than the {promise} promised: "
            f"make them together, after the answer, or not at all"
        )
        return [check.decided(Outcome.IMPOSSIBLE, says)]
    return [check.decided(Outcome.HOLDS, f"{milliseconds(objective - total)} of the {promise} are left for own work")]


def _while_failing(dependency: Dependency, constraints: Constraints) -> Check:
    """What a request lives through while one dependency does not answer."""
    objective = constraints.objectives.latency_ms
    check = Check(
        id=f"worst-case-{dependency.name}",
        title=f"While {dependency.name} does not answer",
        keys=("dependencies.timeout_ms", "dependencies.retries", "dependencies.calls", "objectives.latency_ms"),
        unit="ms",
        available=objective,
    )
    worst = worst_time_ms(dependency)
    others = dependency_time_ms(each for each in constraints.dependencies if each is not dependency)
    tries = dependency.calls * (dependency.retries + 1)
    if worst is None:
        says = "no time-out is stated, so nothing ends the wait"
        if objective is not None and objective > others:
            limit = milliseconds((objective - others) / tries)
            says += f": it holds only with one of at most {limit}" + (f" for each of {tries} tries" * (tries > 1))
        return check.decided(Outcome.CONDITIONAL, says)
    total = worst + others
    arithmetic = (
        f"{_count(dependency.calls, 'call')} · {_count(dependency.retries + 1, 'try', 'tries')}"
        + f" · {milliseconds(dependency.timeout_ms or 0)}"
        + (f" + {milliseconds(others)} for the others" if others else "")
        + f" = {milliseconds(total)}"
    )
    check = check.model_copy(update={"arithmetic": arithmetic, "needed": total})
    held = _workers_held(total, constraints)
    if objective is not None and total > objective:
        says = f"requests take {milliseconds(total - objective)} more than the {milliseconds(objective)} promised{held}"
        return check.decided(Outcome.IMPOSSIBLE, says)
    if held:
        return check.decided(Outcome.CONDITIONAL, f"requests end in {milliseconds(total)}{held}")
    if objective is None:
        return check.decided(Outcome.UNSTATED, f"requests end in {milliseconds(total)}; no latency is promised")
    return check.decided(Outcome.HOLDS, f"requests end within the {milliseconds(objective)} promised")


def _workers_held(time_ms: float, constraints: Constraints) -> str:
    workload = constraints.workload
    rate = workload.peak_requests_per_s or workload.requests_per_s
    if rate is None or workload.concurrency is None:
        return ""
    held = requests_at_once(rate, time_ms)
    if held < workload.concurrency:
        return ""
    return (
        f"; {number(held)} would be there at once, and all {workload.concurrency} workers are held "
        f"{milliseconds(1000 * workload.concurrency / rate)} after it stops: limit how many may wait for it"
    )


def _count(amount: int, one: str, more: str = "") -> str:
    return f"{amount} {one if amount == 1 else more or one + 's'}"


def _call(dependency: Dependency) -> str:
    once = number(dependency.latency_ms or 0)
    once = f"({once} + {number(dependency.jitter_ms)})" if dependency.jitter_ms else once
    return f"{dependency.calls} · {once}" if dependency.calls > 1 else once
