"""The judge of crashes: which answers are a handler's failure, what is the root, and how bad is it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.input.hostile import DEEP
from crashworthy.lab.experiments.trial import of_part

ATTACK = "attack"
CONTROL = "control"
SCAN = "scan"

INPUT = "input"
WHAT = "what"
ALLOWED = "allowed"
PLAUSIBLE = "plausible"

# Answers that a handler gives on purpose when something it needs is missing.
_DELIBERATE = frozenset({501, 502, 503, 504})

# What Python and drivers raise when a value is not of the type, size or form that the line expects.
_UNCHECKED = frozenset(
    {
        "AttributeError",
        "DataError",
        "IndexError",
        "InterfaceError",
        "InvalidOperation",
        "KeyError",
        "OverflowError",
        "TypeError",
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "ValueError",
    }
)
_MOST_ALSO = 3
NESTED = f"nested {DEEP} deep"


@dataclass(frozen=True)
class Root:
    """What crashes have in common when one mend cures them."""

    kind: str
    location: Location | None
    operation: str

    @property
    def fault(self) -> str:
        """The kind of fault: one line that takes input on trust fails in many ways, and one check mends them all."""
        return "unchecked input" if self.location and self.kind in _UNCHECKED else self.kind

    @property
    def form(self) -> str:
        """Equal for crashes that look the same."""
        return f"{self.kind} {self.location or self.operation}"

    @property
    def key(self) -> str:
        """Equal for the same root."""
        return f"{self.fault} {self.location or self.operation}"


def is_crash(exchange: Exchange, events: Sequence[SensorEvent]) -> bool:
    """A 500, an exception that reached the framework's top, or a connection that was closed without an answer.

    An exception that the service itself turned into "unavailable" is an answer.
    """
    if exchange.response is None:
        return (exchange.error or "").startswith(("connection lost", "connection closed"))
    status = exchange.response.status
    if status < 500:
        return False
    event = _exception(exchange, events)
    return status not in _DELIBERATE or (event is not None and not event.data.get("handled"))


def root(exchange: Exchange, trial: Trial) -> Root:
    """The root of a crash: type and innermost own line of the exception, as far as known."""
    event = _exception(exchange, trial.events)
    if event is not None:
        return Root(str(event.data.get("type", "exception")), innermost(event), exchange.operation)
    if trial.crashed and exchange.response is None:
        return Root("process ended", None, exchange.operation)
    if exchange.response is None:
        return Root("connection closed", None, exchange.operation)
    return Root(f"status {exchange.response.status}", None, exchange.operation)


def innermost(event: SensorEvent) -> Location | None:
    """The innermost own frame of an exception event."""
    frames = event.data.get("frames")
    if isinstance(frames, list) and frames and isinstance(frames[-1], list):
        file, line, *symbol = frames[-1]
        if isinstance(file, str) and isinstance(line, int) and line > 0:
            return Location(file=file, line=line, symbol=str(symbol[0]) if symbol and symbol[0] else None)
    return event.location


def judge_crashes(history: History) -> list[Judgement]:
    """One PROVEN judgement per root, the worst first; or one that says why there is none."""
    proven: dict[str, Judgement] = {}
    inputs: dict[str, list[str]] = {}
    unclear = ""
    for trial in history.trials:
        if trial.purpose != ATTACK:
            continue
        if not all(exchange.done for exchange in of_part(trial, "setup")):
            unclear = "what the request needs could not be set up again"
            continue
        exchange = of_part(trial, "attack")[-1]
        if not is_crash(exchange, trial.events):
            unclear = f"{_words(trial.scenario)} gave a server error that did not show again from a fresh state"
            continue
        cause = root(exchange, trial)
        judgement = _proven(trial, exchange, cause)
        inputs.setdefault(cause.key, []).append(_words(trial.scenario))
        known = proven.get(cause.key)
        if known is None or (judgement.severity or Severity.INFO).rank > (known.severity or Severity.INFO).rank:
            proven[cause.key] = judgement
    tried = sum(len(of_part(trial, "attack")) for trial in history.trials)
    if proven:
        found = [
            judgement.model_copy(update={"trials": tried, "seen": judgement.seen + _also(judgement, inputs[key])})
            for key, judgement in proven.items()
        ]
        return sorted(found, key=lambda judgement: -(judgement.severity or Severity.INFO).rank)
    if unclear:
        return [Judgement(status=Status.UNKNOWN, why="; ".join([unclear, *history.notes]), trials=tried)]
    # An operation without inputs has no scan: that its request works, and works twice, is all there is to try.
    if not any(trial.purpose == SCAN or (trial.purpose == CONTROL and _accepted(trial)) for trial in history.trials):
        why = "the good request was not accepted again"
        return [Judgement(status=Status.UNKNOWN, why="; ".join([why, *history.notes]), trials=tried)]
    status = Status.UNKNOWN if history.notes else Status.HELD
    why = "; ".join([f"{tried} requests gave no server error", *history.notes])
    return [Judgement(status=status, why=why, trials=tried)]


def _also(judgement: Judgement, inputs: list[str]) -> str:
    """The other inputs that fail by the same root."""
    others = [words for words in dict.fromkeys(inputs) if words != _words(judgement.scenario or Scenario())]
    if not others:
        return ""
    more = f" and {len(others) - _MOST_ALSO} more" if len(others) > _MOST_ALSO else ""
    return f"; also when {', '.join(others[:_MOST_ALSO])}{more}"


def _accepted(trial: Trial) -> bool:
    attack = of_part(trial, "attack")
    return bool(attack) and all(exchange.done for exchange in (*of_part(trial, "setup"), *attack))


def _proven(trial: Trial, exchange: Exchange, cause: Root) -> Judgement:
    # Without a line of its own on the stack, the framework failed before or after the service's code.
    in_framework = _exception(exchange, trial.events) is not None and cause.location is None
    if trial.crashed:
        severity, seen, verb = Severity.BLOCKER, "the service's process ended", "ends the service's process"
    else:
        verb = "fails with a server error"
        # What the contract allows is not the framework's own fault: the service declared an answer that it cannot give.
        severity = (
            Severity.INFO if in_framework and not trial.scenario.settings.get(ALLOWED) else _severity(trial.scenario)
        )
        seen = f"status {exchange.response.status}" if exchange.response else exchange.error or "no answer"
    event = _exception(exchange, trial.events)
    if event is not None:
        message = str(event.data.get("message", "")).splitlines()[:1]
        seen += f": {cause.kind}" + (f": {message[0][:160]}" if message and message[0] else "")
        seen += f" at {cause.location}" if cause.location else ""
    words = _words(trial.scenario)
    # Wherever a body is read: one limit for the depth, or the size, of bodies mends them all.
    too_deep = cause.kind == "RecursionError" and trial.scenario.settings.get(WHAT) == NESTED
    return Judgement(
        status=Status.PROVEN,
        severity=severity,
        title=f"{exchange.operation} {verb} when {words}",
        expected="a 4xx that says what is wrong with the request"
        if severity in {Severity.MINOR, Severity.INFO}
        else "an answer that the request asks for, or a 4xx",
        seen=seen,
        trial=trial.id,
        scenario=trial.scenario,
        location=None if too_deep else cause.location,
        operations=(exchange.operation,),
        # A framework's own failure is one for all operations; any other without a place is its operation's.
        root=cause.fault if cause.location or severity is Severity.INFO else None,
    )


def _severity(scenario: Scenario) -> Severity:
    """MAJOR when an honest client could send it within the contract, else MINOR."""
    allowed, plausible = scenario.settings.get(ALLOWED), scenario.settings.get(PLAUSIBLE)
    return Severity.MAJOR if allowed and plausible else Severity.MINOR


def _words(scenario: Scenario) -> str:
    return f"{scenario.settings.get(INPUT, 'the request')} is {scenario.settings.get(WHAT, 'changed')}"


def _exception(exchange: Exchange, events: Sequence[SensorEvent]) -> SensorEvent | None:
    return next((event for event in events if event.kind == "exception" and event.exchange == exchange.id), None)
