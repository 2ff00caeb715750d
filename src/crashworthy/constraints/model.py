"""The model of crashworthy.toml. Everything is optional; a missing file is an empty one."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from crashworthy.core.finding import Finding
from crashworthy.core.value import Value

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
OperationName = Annotated[str, Field(pattern=r"^[A-Z]+ /\S*$")]


class Service(Value):
    """How to start the service, where detection needs help. `{port}` in `command` is the port to listen on.

    `workers` is the number of its processes that serve side by side, on one machine or on several.
    """

    command: str | None = None
    cwd: str | None = None
    python: str | None = None
    openapi: str | None = None
    env: dict[str, str] = {}
    workers: Annotated[int, Field(gt=0)] | None = None


class Workload(Value):
    """What arrives. `concurrency` is the number of requests the service can work on at once (its workers)."""

    requests_per_s: Positive | None = None
    peak_requests_per_s: Positive | None = None
    concurrency: Annotated[int, Field(gt=0)] | None = None


class Objectives(Value):
    """What is promised. `latency_ms` holds at `latency_percentile`; `availability` is a share of requests."""

    latency_ms: Positive | None = None
    latency_percentile: Annotated[float, Field(gt=0, lt=100)] = 99.0
    availability: Share | None = None


class Dependency(Value):
    """Something the service calls. `calls` is how often one request calls it, one after another."""

    name: str
    host: str | None = None
    latency_ms: NotNegative | None = None
    jitter_ms: NotNegative = 0.0
    availability: Share | None = None
    timeout_ms: Positive | None = None
    retries: Annotated[int, Field(ge=0)] = 0
    calls: Annotated[int, Field(ge=1)] = 1


class Actor(Value):
    """An identity that crashworthy cannot sign up itself. `headers` may name variables as `${NAME}`."""

    name: str
    headers: dict[str, str] = {}


class Acceptance(Value):
    """A finding that the team lives with until a date. The narrower fields that are given must all match."""

    weakness: str
    operation: OperationName | None = None
    file: str | None = None
    fingerprint: str | None = None
    reason: Annotated[str, Field(min_length=3)]
    until: date

    def covers(self, finding: Finding) -> bool:
        """Whether this acceptance means that finding; expiry is looked at elsewhere."""
        return (
            finding.weakness == self.weakness
            and self.operation in (None, finding.operation, *finding.operations)
            and (self.file is None or (finding.location is not None and finding.location.file == self.file))
            and self.fingerprint in (None, finding.fingerprint)
        )


class Constraints(Value):
    """The whole of crashworthy.toml."""

    service: Service = Service()
    workload: Workload = Workload()
    objectives: Objectives = Objectives()
    idempotent: tuple[OperationName, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    actors: tuple[Actor, ...] = ()
    accept: tuple[Acceptance, ...] = ()
