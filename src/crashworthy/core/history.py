"""History: all that happened in an experiment. Saved before it is judged, kept, so it can be judged again."""

from __future__ import annotations

from crashworthy.core.location import Location
from crashworthy.core.redirect import leads_on
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json, Value

FORMAT = 1


class Request(Value):
    """A request as it was sent; `body` is text, or Base64 where `binary` says so."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    binary: bool = False


class Response(Value):
    """A response as it was read; a body over the limit is cut and `truncated` is set."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    truncated: bool = False

    def header(self, name: str) -> str:
        """The first header of that name, in any case; empty where there is none."""
        return next((text for each, text in self.headers if each.lower() == name.lower()), "")


class Exchange(Value):
    """One request and what came of it.

    `part` is "setup", "attack", "observe" or "probe". `started` and `ended` are seconds since the trial
    began. Exactly one of `response` and `error` (a connection error or a time-out, as text) is set.
    """

    id: str
    part: str
    actor: str
    operation: str
    request: Request
    response: Response | None = None
    error: str | None = None
    started: float
    ended: float

    @property
    def ok(self) -> bool:
        """Whether the answer was a 2xx."""
        return self.response is not None and 200 <= self.response.status < 300

    @property
    def done(self) -> bool:
        """Whether the service says that it did what was asked: by a 2xx, or by a redirect as pages answer a form.

        Pages may redirect as well where they refuse: this tells that a control worked as before, and never accuses.
        """
        if self.response is None:
            return False
        status, location = self.response.status, self.response.header("location")
        return self.ok or leads_on(self.request.method, self.request.url, self.operation, status, location)


class SensorEvent(Value):
    """Something the sensor saw inside the service.

    `at` is seconds since the trial began; `exchange` is the id of the exchange it happened in, where known.
    `kind` is one of the kinds that crashworthy.lab.sensor documents.
    """

    at: float
    kind: str
    exchange: str | None = None
    pid: int = 0
    thread: str = ""
    location: Location | None = None
    data: dict[str, Json] = {}


class Trial(Value):
    """One play of a scenario on a fresh service.

    `purpose` says what it was for: "control", "serial", "concurrent", "attack", "replay", ...
    `order` is the order of the attack's requests, as indices, where it matters.
    `crashed` is set when the service's process ended; `output` is then the end of what it printed.
    """

    id: str
    purpose: str
    scenario: Scenario
    order: tuple[int, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    events: tuple[SensorEvent, ...] = ()
    crashed: bool = False
    output: str = ""
    duration_s: float = 0.0


class History(Value):
    """All trials of one experiment on one candidate."""

    id: str
    experiment: str
    weakness: str
    operations: tuple[str, ...]
    location: Location | None = None
    seed: int
    trials: tuple[Trial, ...] = ()
    notes: tuple[str, ...] = ()
    settings: dict[str, Json] = {}
    format: int = FORMAT
