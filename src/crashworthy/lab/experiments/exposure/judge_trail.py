"""Which sightings of marks are faults. Pure functions of a history.

How a correct service could look guilty. A card's number goes to the payment provider: only those are accused to whom it
is of no use, mail, chats, analytics, reporters of errors and hosted language models. A number is kept until it is
authorised: rows are what the database answers, so that what was wiped does not count. A token is in the table that it
is checked against, and in the link that is mailed: neither is accused. What is printed before anything was sent, such
as a first key, is for whoever starts the service. B may be a colleague of A's: only who signed up as anybody can, and
into no organisation of A's, is a stranger. What everybody logs, such as e-mail addresses, is told only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity, Weakness
from crashworthy.lab.experiments.access.callers import NOBODY, credentials
from crashworthy.lab.experiments.exposure.marks import Kind, Mark, stands_in
from crashworthy.lab.experiments.exposure.sightings import CALLED, KEPT, PRINTED, PROMPTED
from crashworthy.lab.experiments.exposure.tokens import tokens
from crashworthy.lab.experiments.injection.attack import SINK
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.session import succeeded
from crashworthy.weaknesses.private_values import (
    PRIVATE_VALUE_AT_REST,
    PRIVATE_VALUE_IN_LOG,
    PRIVATE_VALUE_PASSED_ON,
    PRIVATE_VALUE_SHOWN,
)

MARKS, DEMANDS, TOKENS = "marks", "demands", "tokens"
"""Settings of the history: the marks (kind, name, value), whether any operation asks for a login, and whether the
tokens of logins are followed, too."""

_SECRETS = frozenset({Kind.CARD, Kind.CODE, Kind.KEY, Kind.TOKEN})
_OF_CARDS = frozenset({Kind.CARD, Kind.CODE})
_GROUPS = word_set("company organisation organization org tenant team workspace clinic department school group domain")

# Public services that keep what they are told for many to read. Whoever runs one at home has another name for it.
_READ_BY_MANY = word_set(
    "slack.com discord.com discordapp.com telegram.org office.com sentry.io rollbar.com bugsnag.com honeybadger.io "
    "segment.io segment.com mixpanel.com amplitude.com posthog.com google-analytics.com datadoghq.com datadoghq.eu "
    "newrelic.com loggly.com logtail.com papertrailapp.com logz.io splunkcloud.com"
)
_AT_HOME = (".local", ".internal", ".lan", ".svc", ".localhost", ".home.arpa")


@dataclass(frozen=True)
class _Fault:
    """What one sighting is held to be; `subject` is the operation that does it, where the history's does not."""

    weakness: Weakness
    status: Status
    severity: Severity
    title: str
    seen: str
    mark: Mark
    cvss: str | None = None
    subject: str | None = None

    @property
    def order(self) -> tuple[bool, int]:
        return self.status is not Status.PROVEN, -self.severity.rank


def marks_of(history: History) -> tuple[Mark, ...]:
    """The marks that were put into the request."""
    listed = history.settings.get(MARKS)
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return tuple(Mark(Kind(str(each["kind"])), str(each["name"]), str(each["value"])) for each in found)


def follows_tokens(history: History) -> bool:
    """Whether the tokens of logins are followed."""
    return history.settings.get(TOKENS) is True


def judge_trail(history: History) -> Sequence[Judgement]:
    """One judgement per weakness and kind of value, proven ones first; one that says what was tried where none was."""
    best: dict[tuple[str, Kind], tuple[_Fault, Trial]] = {}
    accepted = [trial for trial in history.trials if _accepted(trial)]
    for trial in accepted:
        for fault in (*_sighted(trial), *_shown(trial, history)):
            # Where a card's number went, its code went along.
            kind = Kind.CARD if fault.mark.kind is Kind.CODE else fault.mark.kind
            known = best.get((fault.weakness.id, kind))
            if known is None or fault.order < known[0].order:
                best[fault.weakness.id, kind] = fault, trial
    if best:
        ordered = sorted(best.values(), key=lambda pair: pair[0].order)
        proven = {fault.weakness.id for fault, _ in ordered if fault.status is Status.PROVEN}
        told = [(f, t) for f, t in ordered if f.status is Status.PROVEN or f.weakness.id not in proven]
        return [_judgement(fault, trial, history) for fault, trial in told]
    if not accepted:
        why = "; ".join(["the request was not accepted with other values", *history.notes])
        return [Judgement(status=Status.UNKNOWN, why=why, trials=len(history.trials))]
    looked = {mark.kind.value for mark in marks_of(history)} | {
        m.kind.value for t in accepted if follows_tokens(history) for m in tokens(t)
    }
    what = " and ".join(sorted(looked)) or "nothing private"
    why = "; ".join([f"{what} was sent, and seen where it belongs only", *history.notes])
    return [Judgement(status=Status.HELD, why=why, trials=len(history.trials))]


def _accepted(trial: Trial) -> bool:
    attack = of_part(trial, "attack")
    return bool(attack) and all(succeeded(exchange) for exchange in attack)


def _sighted(trial: Trial) -> Iterator[_Fault]:
    for event in trial.events:
        if event.kind not in (PRINTED, KEPT, PROMPTED, CALLED):
            continue
        mark = Mark(Kind(str(event.data["what"])), str(event.data["name"]), str(event.data["mark"]))
        fault = _of_event(event, mark)
        if fault is not None:
            yield fault


def _of_event(event: SensorEvent, mark: Mark) -> _Fault | None:
    what, text = f"the {mark.kind} {mark.value!r}", str(event.data.get("text", ""))
    path, host = str(event.data.get("path", "")), str(event.data.get("host") or "")
    match event.kind:
        case "printed":
            return _logged(mark, f"{what} in the service's output: {text}")
        case "kept" if path.endswith(".log"):
            return _logged(mark, f"{what} in {path}")
        case "kept" if mark.kind in _OF_CARDS or mark.kind in (Kind.KEY, Kind.IDENTITY):
            title, seen = f"keeps the {mark.kind} in clear", f"{what} in {event.data.get('where')}"
            return _told(PRIVATE_VALUE_AT_REST, mark.kind in _OF_CARDS, Severity.MAJOR, title, seen, mark)
        case "prompted":
            title, seen = f"tells the {mark.kind} to a language model", f"{what} in a prompt to {host}: {text}"
            proven = mark.kind in _SECRETS and not _is_at_home(host)
            return _told(PRIVATE_VALUE_PASSED_ON, proven, Severity.MAJOR, title, seen, mark)
        case "called" if event.data.get("method") == "MAIL" and mark.kind in _OF_CARDS:
            title, seen = f"mails the {mark.kind}", f"{what} in a mail: {text}"
            return _told(PRIVATE_VALUE_PASSED_ON, True, Severity.MAJOR, title, seen, mark)
        case "called" if _is_read_by_many(host) and mark.kind in (*_OF_CARDS, Kind.TOKEN, Kind.IDENTITY):
            title, seen = f"tells the {mark.kind} to {host}", f"{what} in a call of {host}{path}: {text}"
            proven = mark.kind in _SECRETS
            return _told(PRIVATE_VALUE_PASSED_ON, proven, Severity.MAJOR, title, seen, mark)
        case _:
            return None


def _logged(mark: Mark, seen: str) -> _Fault:
    title = f"writes the {mark.kind} to the log"
    worst = Severity.MAJOR if mark.kind in _SECRETS else Severity.MINOR
    return _told(PRIVATE_VALUE_IN_LOG, mark.kind is not Kind.CONTACT, worst, title, seen, mark)


def _told(weakness: Weakness, proven: bool, worst: Severity, title: str, seen: str, mark: Mark) -> _Fault:
    status = Status.PROVEN if proven else Status.OBSERVED
    return _Fault(weakness, status, worst if proven else Severity.MINOR, title, seen, mark)


def _is_at_home(host: str) -> bool:
    name = host.removesuffix(".invalid").partition(":")[0].lower()
    return "." not in name or name.endswith(_AT_HOME) or name.replace(".", "").isdigit()


def _is_read_by_many(host: str) -> bool:
    name = host.removesuffix(".invalid").partition(":")[0].lower()
    return any(name == each or name.endswith(f".{each}") for each in _READ_BY_MANY)


def _shown(trial: Trial, history: History) -> Iterator[_Fault]:
    """Marks of A's in answers to others who named nothing of A's."""
    known = {value for each in trial.exchanges if each.actor != "A" for _, value in each.request.headers}
    given = tokens(trial) if follows_tokens(history) else ()
    marks = [*marks_of(history), *(m for m in given if not any(m.value in value for value in known))]
    sent = " ".join(each.request.body or "" for each in trial.exchanges if each.actor == "A")
    for exchange in of_part(trial, "observe"):
        if exchange.response is None or exchange.actor not in ("B", NOBODY):
            continue
        if exchange.actor == NOBODY and history.settings.get(DEMANDS) is not True:
            continue
        for mark in marks:
            if not stands_in(mark, exchange.response.body) or (mark.kind is not Kind.TOKEN and mark.value not in sent):
                continue
            stranger = exchange.actor == NOBODY or _is_stranger(trial.scenario)
            reader = "anybody" if exchange.actor == NOBODY else "another user"
            cvss = vector(logged_in=exchange.actor != NOBODY, read="H")
            yield _Fault(
                PRIVATE_VALUE_SHOWN,
                Status.PROVEN if stranger else Status.OBSERVED,
                severity(cvss) if stranger else Severity.MINOR,
                f"shows {reader} the {mark.kind}",
                f"{exchange.operation} as {exchange.actor}, status {exchange.response.status}: "
                f"the {mark.kind} {mark.value!r} that A was given or sent",
                mark,
                cvss if stranger else None,
                exchange.operation,
            )


def _is_stranger(plan: Scenario) -> bool:
    """Whether B signed up as anybody can, and gave no group that A gave too."""
    steps = (*plan.setup, *plan.attack, *plan.observe)
    own = [step for step in steps if step.actor == "B" and not credentials(step) and isinstance(step.body, dict)]
    signed_up = any("${unique}" in step.model_dump_json(include={"body"}) for step in own)
    groups = [_groups(step.body) for step in own]
    of_a = [_groups(step.body) for step in steps if step.actor == "A"]
    return signed_up and not any(mine & theirs for mine in groups for theirs in of_a)


def _groups(body: Json) -> frozenset[tuple[str, str]]:
    if not isinstance(body, Mapping):
        return frozenset()
    named = {(name, str(value)) for name, value in body.items() if {*words(name)} & _GROUPS}
    return frozenset(pair for pair in named if "${unique}" not in pair[1])


def _judgement(fault: _Fault, trial: Trial, history: History) -> Judgement:
    # A token is seen wherever it is used; whose it is, and who could hide it, is told by who gave it out.
    issuer = _issuer(fault.mark, trial) if fault.mark.kind is Kind.TOKEN else None
    taker = _taker(fault.mark, trial) if fault.mark.kind is Kind.CONTACT else None
    known = issuer or taker
    operations = (known,) if known is not None else history.operations
    return Judgement(
        status=fault.status,
        severity=fault.severity,
        title=_title(fault, operations[0], gives_out=issuer is not None),
        expected="what is private is passed to who needs it, and is seen nowhere else",
        seen=fault.seen,
        why=fault.weakness.cost
        if fault.status is Status.PROVEN
        else "it is usual in some places, and kept apart in others",
        cvss=fault.cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=_place(trial, fault) or (history.location if known is None else None),
        operations=operations,
        root=f"{fault.weakness.id} {fault.mark.kind}",
        weakness=fault.weakness.id,
        trials=len(history.trials),
    )


def _title(fault: _Fault, operation: str, *, gives_out: bool) -> str:
    if fault.subject is not None:
        return f"{fault.subject} {fault.title} of {operation}"
    return (
        f"{operation} gives out a token, and the service {fault.title}" if gives_out else f"{operation} {fault.title}"
    )


def _issuer(mark: Mark, trial: Trial) -> str | None:
    """The operation whose answer held the token first."""
    for exchange in trial.exchanges:
        response = exchange.response
        if response is not None and mark.value in " ".join([response.body, *(value for _, value in response.headers)]):
            return exchange.operation
    return None


def _taker(mark: Mark, trial: Trial) -> str | None:
    """The operation that was sent the value first."""
    return next((each.operation for each in trial.exchanges if mark.value in (each.request.body or "")), None)


def _place(trial: Trial, fault: _Fault) -> Location | None:
    """The line that logged it, where the sensor saw it."""
    if fault.weakness is not PRIVATE_VALUE_IN_LOG:
        return None
    logged = (event for event in trial.events if event.kind == SINK and event.data.get("sink") == "log")
    return next((e.location for e in logged if stands_in(fault.mark, str(e.data.get("text")))), None)
