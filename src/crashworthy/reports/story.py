"""Turns a proof into a sequence of readable requests: what was sent, and what came back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from crashworthy.core.history import Exchange, SensorEvent, Trial
from crashworthy.core.proof import Proof
from crashworthy.core.scenario import DependencyFault, Interleaving
from crashworthy.reports.circumstances import circumstances
from crashworthy.reports.legible import one_line, plural, visible
from crashworthy.reports.secrets import body_text, header_value, query_text, shortened

SETUP, ATTACK, OBSERVE, PROBE = "setup", "attack", "observe", "probe"

_WIRE_HEADERS = frozenset(
    {"host", "user-agent", "accept", "connection", "content-length", "date", "server", "transfer-encoding",
     "accept-encoding", "x-crashworthy"}
)  # fmt: skip
_LONGEST_PRETTY = 4_000

_TOGETHER = {
    Interleaving.PLAIN: "sent at the same moment",
    Interleaving.BARRIER: "sent at the same moment, each held at its first write until all had come that far",
    Interleaving.OVERTAKE: "sent at the same moment, one held at its first write while the others went on",
    Interleaving.TURNS: "sent at the same moment, one running at a time and, at each await, another by the seed",
    Interleaving.SLEEP: "sent at the same moment, with short random waits at their awaits and statements",
    Interleaving.LINE: "sent at the same moment, with short random waits between lines of the handler",
}
_FAULTS = {
    "hang": "accepts connections and never answers",
    "slow": "answers late",
    "drip": "answers one byte a second",
    "refuse": "refuses connections",
    "status": "answers with an error status",
    "garbage": "answers with something that is no JSON",
    "lost": "does what it is asked and cuts the connection instead of answering",
}


_INTROS = {
    "first": "to get there",
    "meanwhile": "do valid requests still work?",
    "once more": "do valid requests work again?",
    "afterwards": "what the service says then",
}


@dataclass(frozen=True)
class Line:
    """One request and its answer. `number` counts from 1 and is the same in the timeline.

    `body` and `answer` are as they travelled, credentials shortened; `*_headers` leave out what every request has.
    `seconds` is how long it took; `failed` says whether the service could not answer (a 5xx or no answer at all).
    """

    number: int
    part: str
    actor: str
    operation: str
    method: str
    path: str
    body: str
    headers: tuple[tuple[str, str], ...]
    status: int | None
    answer: str
    answer_headers: tuple[tuple[str, str], ...]
    error: str
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether the service could not answer."""
        return self.status is None or self.status >= 500

    @property
    def outcome(self) -> str:
        """The status, or what happened instead of one."""
        return str(self.status) if self.status is not None else self.error or "no answer"

    def request_text(self, limit: int = 70) -> str:
        """Method, path and body in one line."""
        start = f"{self.method} {one_line(self.path, 120)}"
        return f"{start}  {one_line(self.body, limit)}" if self.body else start

    def answer_text(self, limit: int = 70) -> str:
        """Status and body in one line."""
        return f"{self.outcome}  {one_line(self.answer, limit)}" if self.answer else self.outcome


@dataclass(frozen=True)
class Failure:
    """An exception that reached the top of the framework: its type, message and own frames, outermost first."""

    number: int | None
    kind: str
    message: str
    frames: tuple[str, ...]


@dataclass(frozen=True)
class Act:
    """Requests that belong together. `intro` says what holds for all of them, in a few words."""

    part: str
    name: str
    intro: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Story:
    """All acts of a proof, in the order in which they happened, and what the service raised."""

    acts: tuple[Act, ...]
    failures: tuple[Failure, ...]
    crashed: bool
    output: str

    @property
    def lines(self) -> tuple[Line, ...]:
        """All requests."""
        return tuple(line for act in self.acts for line in act.lines)


def tell(proof: Proof) -> Story:
    """The story of a proof, told from the replay that it shows."""
    trial = proof.trial
    exchanges = by_time(trial)
    numbers = {exchange.id: number for number, exchange in enumerate(exchanges, start=1)}
    acts = []
    for name, group in groupby(exchanges, key=lambda exchange: act_name(exchange, trial)):
        played = tuple(group)
        lines = tuple(line(exchange, numbers[exchange.id]) for exchange in played)
        acts.append(Act(played[0].part, name, _intro(name, proof, lines), lines))
    failures = tuple(
        _failure(event, numbers)
        for event in in_time(proof.trial)
        if event.kind == "exception" and event.data.get("handled") is not True
    )
    return Story(tuple(acts), failures, proof.trial.crashed, visible(proof.trial.output))


def by_time(trial: Trial) -> list[Exchange]:
    """The trial's exchanges in the order in which they were sent; their positions give them their numbers."""
    return sorted(trial.exchanges, key=lambda exchange: exchange.started)


def act_name(exchange: Exchange, trial: Trial) -> str:
    """The act that a request belongs to, by what it was for and whether others ran at the same time."""
    attack = [other for other in trial.exchanges if other.part == ATTACK]
    if exchange.part == ATTACK:
        return "together" if any(_overlap(exchange, other) for other in attack if other is not exchange) else "then"
    if exchange.part == PROBE:
        if any(_overlap(exchange, other) for other in attack):
            return "meanwhile"
        return "once more" if any(other.ended <= exchange.started for other in attack) else "before"
    return {SETUP: "first", OBSERVE: "afterwards"}.get(exchange.part, one_line(exchange.part, 20))


def in_time(trial: Trial) -> Iterator[SensorEvent]:
    """The trial's events without what happened in a request after its client had given up.

    By then the fault is being undone, and what the service does next (such as failing on a call that the stand-in
    drops) is our own doing.
    """
    given_up = {exchange.id: exchange.ended for exchange in trial.exchanges if exchange.response is None}
    for event in trial.events:
        if event.at <= given_up.get(event.exchange or "", math.inf):
            yield event


def line(exchange: Exchange, number: int) -> Line:
    """One exchange as a line."""
    request, response = exchange.request, exchange.response
    path, query = _target(request.url)
    body = request.body or ""
    return Line(
        number=number,
        part=exchange.part,
        actor=exchange.actor,
        operation=exchange.operation,
        method=request.method,
        path=shortened(path) + (f"?{query_text(query)}" if query else ""),
        body=f"(binary, Base64) {body}" if request.binary else body_text(body),
        headers=_telling(request.headers),
        status=response.status if response else None,
        answer=(body_text(response.body) + ("…" if response.truncated else "")) if response else "",
        answer_headers=_telling(response.headers) if response else (),
        error=exchange.error or "",
        seconds=exchange.ended - exchange.started,
    )


def pretty(text: str) -> str:
    """A body over several lines: JSON indented, everything visible, cut where it gets long."""
    try:
        data = json.loads(text)
        if isinstance(data, dict | list):
            text = json.dumps(data, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    return visible(text if len(text) <= _LONGEST_PRETTY else text[:_LONGEST_PRETTY] + "\n…")


def duration(seconds: float) -> str:
    """Such as `0.4 ms`, `27 ms`, `1.52 s`, `10.3 s`."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"


def fault_text(fault: DependencyFault) -> str:
    """What a stand-in does, as a sentence's end."""
    who = "every outbound dependency" if fault.host == "*" else one_line(fault.host, 80)
    does = _FAULTS.get(fault.kind, one_line(fault.kind, 40))
    if fault.kind == "slow":
        does = f"answers after {fault.seconds:g} s"
    if fault.kind == "status" and fault.status:
        does = f"answers with status {fault.status}"
    return f"{who} {does}"


def _target(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, ""
    return parts.path or "/", parts.query


def _intro(act: str, proof: Proof, lines: Sequence[Line]) -> str:
    if lines[0].part != ATTACK:
        return _INTROS.get(act, "")
    told = [fault_text(fault) for fault in proof.scenario.faults if fault.kind != "normal"]
    if len(lines) > 1 and proof.scenario.interleaving is not Interleaving.SERIAL:
        told.insert(0, f"{plural(len(lines), 'request')} {_TOGETHER[proof.scenario.interleaving]}")
    return "; ".join(filter(None, [" while ".join(told), *circumstances(proof.trial)]))


def _overlap(one: Exchange, other: Exchange) -> bool:
    return one.started < other.ended and other.started < one.ended


def _telling(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, header_value(name, value)) for name, value in headers if name.lower() not in _WIRE_HEADERS)


def _failure(event: SensorEvent, numbers: dict[str, int]) -> Failure:
    frames = event.data.get("frames")
    return Failure(
        number=numbers.get(event.exchange or ""),
        kind=one_line(str(event.data.get("type", "exception")), 80),
        message=one_line(shortened(str(event.data.get("message", ""))), 300),
        frames=tuple(_frame(frame) for frame in frames[:20]) if isinstance(frames, list) else (),
    )


def _frame(frame: object) -> str:
    match frame:
        case [str(file), int(number), str(symbol), *_]:
            return f"{one_line(file, 160)}:{number} in {one_line(symbol, 80)}"
        case _:
            return one_line(str(frame), 160)
