"""Right not checked: a plain account, or nobody, does what its siblings refuse to all but administrators.

Two things are held against a service. First: what only an administrator can make is deleted by who may not make it, or
replaced without any credential, or repriced by a plain account; a reading shows it. Second: of the operations under one
path that says "admin", one lets in who is refused at another. How a correct service could look guilty: users do their
part on what an administrator made (borrow a book, rate it, set a task to done), so actions below the object's path do
not count, and a plain account's change of it only where it is a price; a login or a first set-up stands under "admin"
for everybody, so neither is tried; an account may own what it administers, so the same caller must be refused at the
sibling in the same play.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import (
    by_another,
    by_nobody,
    credentials,
    is_identified,
    proves_identity,
)
from crashworthy.lab.experiments.access.crossing import BEFORE, CLOSING, OBJECT
from crashworthy.lab.experiments.access.ownership import Ownership
from crashworthy.lab.experiments.access.views import stable
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.meanings import MONEY
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.template import placeholders
from crashworthy.weaknesses.access import RIGHT_NOT_CHECKED

_ADMIN = word_set("admin administration staff management backoffice superuser")
_FOR_ALL = word_set("login signin auth token session setup init bootstrap health register")
_PRIORITY, _ESTIMATE_S = 65.0, 1.0
_MOST_READS = 4


@dataclass(frozen=True)
class _Trespass:
    """A way by who is no administrator, and the step at which the same caller should be refused."""

    way: Way
    kept: Step
    objects: tuple[str, ...]


class RightNotChecked(Experiment):
    """One play per operation: it is done, and the same caller is refused at its sibling."""

    id = "right-not-checked"
    title = "A plain account and nobody at what is kept for administrators"
    weaknesses = (RIGHT_NOT_CHECKED,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations without an administrator that have a sibling with one."""
        return [
            Candidate(
                weakness=RIGHT_NOT_CHECKED,
                operations=(each.way.operation,),
                why=f"{each.kept.operation} is kept for administrators",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(each.way.operation),
            )
            for each in _trespasses(lab)
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id)
        found = next((each for each in _trespasses(lab) if (each.way.operation,) == candidate.operations), None)
        if found is not None:
            read = pick_readback(lab.operations, lab.playbook, found.way.steps[:-1], found.way.steps[-1:])
            gets = tuple(step for step in read.observe if step.method == "GET")[:_MOST_READS]
            plan = Scenario(
                setup=read.setup,
                attack=(found.way.steps[-1].model_copy(update={"saves": ()}),),
                observe=(*gets, found.kept),
                settings={OBJECT: list(found.objects)},
            )
            try:
                _play(plan, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when the one was done and the other refused."""
        for trial in history.trials:
            judgement = _judged(trial, history)
            if judgement is not None:
                return judgement
        why = "; ".join(["nothing was done that shows a right which its sibling asks for", *history.notes])
        return Judgement(status=Status.HELD, why=why, trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play)


def _play(plan: Scenario, recorder: Recorder) -> None:
    """Setup, reads, the request, the reads again, and last the request that should be refused."""
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        parts = ((BEFORE, plan.observe[:-1]), ("attack", plan.attack), ("observe", plan.observe[:-1]))
        for part, steps in (*parts, (CLOSING, plan.observe[-1:])):
            stage.exchanges += stage.player.play(steps, part, known.variables).exchanges
    recorder.keep(stage)


def _trespasses(lab: Lab) -> Iterator[_Trespass]:
    for operation in lab.operations:
        way = next((each for each in lab.playbook.ways if each.operation == operation.name), None)
        if way is None or way.actor == "admin" or proves_identity(way.steps[-1]):
            continue
        last = way.steps[-1]
        identified = is_identified(way.steps, way.actor)
        made = [
            step for step in way.steps[:-1] if step.actor == "admin" and step.method != "GET" and _saved(step, last)
        ]
        own_path = operation.path.rstrip("/").endswith("}")
        if made and own_path and last.method in ("PUT", "PATCH", "DELETE"):
            kept = _tried_by(made[-1], last, identified=identified)
            names = tuple(save.name for save in made[-1].saves if save.name in placeholders(last))
            yield _Trespass(way, kept, names)
        elif _under_admin(operation.path):
            sibling = _sibling(operation.path, lab)
            if sibling is not None:
                yield _Trespass(way, _tried_by(sibling, last, identified=identified), ())


def _sibling(path: str, lab: Lab) -> Step | None:
    """The step of another operation under "admin" that was reached by an administrator, and needs no object."""
    for way in lab.playbook.ways:
        last = way.steps[-1]
        free = not placeholders(last.model_copy(update={"headers": ()})) - {"unique"}
        if way.actor == "admin" and free and way.operation.partition(" ")[2] != path and _under_admin(last.path):
            return last
    return None


def _tried_by(step: Step, like: Step, *, identified: bool) -> Step:
    if not identified:
        return by_nobody(step)
    shown = by_another(step, like.actor, credentials(like))
    return shown if credentials(step) else shown.model_copy(update={"headers": (*shown.headers, *credentials(like))})


def _saved(step: Step, last: Step) -> bool:
    in_path = placeholders(last.model_copy(update={"headers": (), "body": None, "query": ()}))
    return any(save.name in in_path for save in step.saves)


def _under_admin(path: str) -> bool:
    said = [frozenset(words(part)) for part in path.split("/") if part and "{" not in part]
    return any(each & _ADMIN for each in said) and not any(each & _FOR_ALL for each in said)


def _judged(trial: Trial, history: History) -> Judgement | None:
    attack, closing = of_part(trial, "attack"), of_part(trial, CLOSING)
    if not all(succeeded(each) for each in of_part(trial, "setup")) or len(attack) != 1 or len(closing) != 1:
        return None
    refused = closing[0].response is not None and closing[0].response.status in (401, 403)
    if not refused or not succeeded(attack[0]):
        return None
    step = trial.scenario.attack[0]
    anybody = closing[0].actor == "nobody"
    told_only = False
    what = "it was done"
    if trial.scenario.settings.get(OBJECT):
        effect = _effect(trial)
        if effect is None:
            return None
        operation, changed = effect
        what = f"{operation} shows it {'gone' if changed is None else 'changed in ' + ', '.join(changed)}"
        priced = any({*words(name)} & MONEY for name in changed or ())
        told_only = step.method != "DELETE" and not anybody and not priced
    elif not attack[0].ok or not (attack[0].response and attack[0].response.body.lstrip()[:1] in ("{", "[")):
        return None
    who = "anybody without a credential" if anybody else "any account"
    cvss = vector(
        logged_in=not anybody, read="H" if step.method == "GET" else "N", change="N" if step.method == "GET" else "H"
    )
    return Judgement(
        status=Status.OBSERVED if told_only else Status.PROVEN,
        severity=Severity.MINOR if told_only else severity(cvss),
        title=f"{step.operation}: {who} does what is kept for administrators",
        expected=f"a refusal, as {closing[0].operation} refuses the same caller",
        seen=f"status {_status(attack[0])}, and {what}; {closing[0].operation}: status {_status(closing[0])}",
        why=f"{closing[0].operation} refuses the same caller",
        cvss=None if told_only else cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(step.operation,),
        trials=len(history.trials),
    )


def _effect(trial: Trial) -> tuple[str, list[str] | None] | None:
    """Where a read shows the object changed or gone: the operation, and the names of changed fields (None: gone)."""
    target = Ownership(trial).target
    if target is None:
        return None
    for before, after in zip(of_part(trial, BEFORE), of_part(trial, "observe"), strict=False):
        first, last = target.found_in(before), target.found_in(after)
        if first is None:
            continue
        if last is None and (after.ok or _status(after) in (404, 410)):
            return after.operation, None
        if isinstance(first, dict) and isinstance(last, dict) and stable(first) != stable(last):
            return after.operation, [name for name in first if first[name] != last.get(name)]
    return None


def _status(exchange: Exchange) -> Json:
    return exchange.response.status if exchange.response is not None else 0
