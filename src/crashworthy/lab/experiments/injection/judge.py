"""What the trials of an injection experiment prove. A pure function of the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.injection.attack import Attack, Evidence, Sightings
from crashworthy.lab.experiments.injection.attacks import ATTACKS
from crashworthy.lab.experiments.injection.positions import MARKER
from crashworthy.lab.experiments.injection.probe import ATTACK, INPUT, SCAN, STORED
from crashworthy.lab.experiments.rating import carries_credential, severity, vector, who
from crashworthy.lab.experiments.trial import of_part

SHOWN = "attack"
SUSPECTED, TOUCHED, BLIND, GUESSED = "suspected", "touched", "blind", "guessed"
"""Settings of a history: weaknesses that the source suspects here, those whose sinks a marker reached, those whose
sinks cannot be seen on this service, and whether the requests are guesses because none is known that is accepted."""

_BY_ID = {attack.id: attack for attack in ATTACKS}


def judge(history: History) -> list[Judgement]:
    """One PROVEN judgement per weakness and place, the worst first; then what held or stays unknown. At least one."""
    proven: dict[tuple[str, object, str], Judgement] = {}
    unclear: dict[str, str] = {}
    tried = sum(len(of_part(trial, "attack")) for trial in history.trials)
    for trial in history.trials:
        if trial.purpose != SHOWN:
            continue
        attack = _BY_ID.get(str(trial.scenario.settings.get(ATTACK)))
        if attack is None:
            continue
        found = _evidence(attack, trial)
        if found is None:
            unclear.setdefault(attack.weakness.id, "seen in a scan, but not again when the request was sent alone")
            continue
        one = _proven(attack, trial, found, tried)
        proven.setdefault((attack.weakness.id, found.location, "" if found.location else one.title or ""), one)
    rest = _others(history, {weakness for weakness, _, _ in proven}, unclear, tried)
    worst = sorted(proven.values(), key=lambda each: -(each.severity or Severity.INFO).rank)
    return [*worst, *rest] or [_nothing(history, history.weakness, tried)]


def _evidence(attack: Attack, trial: Trial) -> Evidence | None:
    settings = trial.scenario.settings
    if not all(exchange.done for exchange in of_part(trial, "setup")):
        return None
    ids = [exchange.id for exchange in of_part(trial, "attack")]
    seen = Sightings(trial).of(str(settings.get(MARKER)), settings, ids, later=not settings.get(STORED))
    return attack.evidence(seen)


def _proven(attack: Attack, trial: Trial, found: Evidence, tried: int) -> Judgement:
    exchange = of_part(trial, "attack")[-1]
    read, change, stop, beyond = (found.impact.get(name, "N") for name in ("read", "change", "stop", "beyond"))
    cvss = vector(
        logged_in=carries_credential(exchange),
        victim=found.victim,
        read=read,
        change=change,
        stop=stop,
        beyond=beyond,
    )
    return Judgement(
        status=Status.PROVEN,
        weakness=attack.weakness.id,
        severity=found.severity or severity(cvss),
        cvss=cvss,
        title=f"{exchange.operation}: {_input(trial)} becomes {found.becomes}",
        expected=attack.expected,
        seen=found.seen,
        why=f"{who(exchange)}, with one request, {found.gets}",
        trial=trial.id,
        scenario=trial.scenario,
        location=found.location,
        operations=(exchange.operation,),
        trials=tried,
    )


def _input(trial: Trial) -> str:
    return str(trial.scenario.settings.get(INPUT, "the input"))


def _others(history: History, proven: set[str], unclear: Mapping[str, str], tried: int) -> list[Judgement]:
    """What was not proven, of the weaknesses that the source suspects or whose sinks a marker reached."""
    asked = dict.fromkeys([*_listed(history, SUSPECTED), *_listed(history, TOUCHED), *unclear])
    if not proven and not asked:
        return []
    judgements = []
    for weakness in asked:
        if weakness in proven:
            continue
        if weakness in unclear:
            why = unclear[weakness]
            judgements.append(Judgement(status=Status.UNKNOWN, weakness=weakness, why=why, trials=tried))
        else:
            judgements.append(_nothing(history, weakness, tried))
    return judgements


def _nothing(history: History, weakness: str, tried: int) -> Judgement:
    if weakness in _listed(history, BLIND):
        why = "what the service does with its input cannot be seen here without the sensor"
        return Judgement(status=Status.UNKNOWN, weakness=weakness, why=why, trials=tried)
    if not any(trial.purpose == SCAN and of_part(trial, "attack") for trial in history.trials):
        why = "; ".join(["the good request was not accepted again", *history.notes])
        return Judgement(status=Status.UNKNOWN, weakness=weakness, why=why, trials=tried)
    reached = weakness in _listed(history, TOUCHED)
    where = "markers reached it only as data" if reached else "no marker reached it"
    if history.settings.get(GUESSED) and not reached:
        why = f"no request is known that is accepted; in {tried} guesses {where}"
        return Judgement(status=Status.UNKNOWN, weakness=weakness, why=why, trials=tried)
    status = Status.UNKNOWN if history.notes else Status.HELD
    why = "; ".join([f"{tried} requests: {where}", *history.notes])
    return Judgement(status=status, weakness=weakness, why=why, trials=tried)


def _listed(history: History, name: str) -> Sequence[str]:
    value: Json = history.settings.get(name)
    return [str(each) for each in value] if isinstance(value, list) else []
