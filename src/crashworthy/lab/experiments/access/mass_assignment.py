"""Mass assignment: fields that the request does not declare are sent along, and show in what the service keeps.

The fields are those that the service itself shows of the object and that the caller has no business to set: rights,
money, the owner, whether something is verified or paid. Proven when the object is read back by another request with
the value that was sent, where the same object made without the field has another one; of rights only what is a right
in the service's own words counts. A correct service could look guilty when it lets callers choose: what its
description or the source's own schema declares for the request is never sent, and where there is no description
neither is what the source takes from a request by name, or holds in a list of names. It could also repeat what was
sent in its answer only: so it is read back by another request. Money and marks such as "verified" count on accounts
only: elsewhere they may be the caller's own notes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import fields_of
from crashworthy.lab.experiments.access.views import body, items
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import carries_credential, severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.session import succeeded
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.access import MASS_ASSIGNMENT

FIELD, VALUE = "field", "value"
"""Settings of an attack: the name of the field that was sent along, and its value."""

_CONTROL, _ATTACK = "control", "attack"
_RIGHTS = word_set("admin staff superuser root owner moderator privileged")
_MONEY = word_set("balance credit wallet point")
_DONE = word_set("verified approved confirmed validated")
_ROLES = word_set("role")
_ACCOUNTS = word_set("user account member customer profile me register registration signup auth people person")
_AMOUNT = 987_654
_TAKING = frozenset({"get", "pop", "getlist"})
_REQUEST = re.compile(r"json|data|body|payload|form|request|args", re.IGNORECASE)
_PRIORITY, _ESTIMATE_S, _LIMIT_S = 55.0, 1.5, 15.0
_MOST_FIELDS = 8
_MOST_READS = 4


@dataclass(frozen=True)
class _Extra:
    name: str
    value: Json


class MassAssignment(Experiment):
    """One candidate per operation that takes an object and keeps it."""

    id = "mass-assignment"
    title = "Fields that nobody asked for, sent along"
    weaknesses = (MASS_ASSIGNMENT,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every operation that changes something by a JSON object."""
        suspected = {name: s for s in lab.suspicions if s.weakness == MASS_ASSIGNMENT.id for name in s.operations}
        found = []
        for operation in lab.operations:
            way = _way(operation, lab)
            if way is None:
                continue
            suspicion = suspected.get(operation.name)
            found.append(
                Candidate(
                    weakness=MASS_ASSIGNMENT,
                    operations=(operation.name,),
                    why=suspicion.message if suspicion else "takes an object and keeps it",
                    priority=_PRIORITY + (30 if suspicion else 0),
                    estimate_s=_ESTIMATE_S,
                    location=suspicion.location if suspicion else lab.handler(operation.name),
                    suspected=suspicion is not None,
                )
            )
        return found

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A control that learns which fields there are; all of them at once; then each that showed, alone."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        operation = lab.operation(candidate.operations[0])
        way = _way(operation, lab) if operation is not None else None
        if operation is not None and way is not None:
            try:
                _try_fields(_plan(way, lab), operation, recorder, _taken_by_name(lab.tree, operation))
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per field that was kept."""
        control = next((trial for trial in history.trials if trial.purpose == _CONTROL), None)
        tried = [trial for trial in history.trials if trial.purpose == _ATTACK]
        if control is None or not all(succeeded(exchange) for exchange in control.exchanges[:1]):
            return [Judgement(status=Status.UNKNOWN, why="the object could not be made again", trials=len(tried))]
        proven = [judgement for trial in tried if (judgement := _kept(trial, control, history))]
        if proven:
            return sorted(proven, key=lambda each: -(each.severity or MASS_ASSIGNMENT.severity).rank)
        why = "; ".join(["what was sent along was not kept", *history.notes])
        return [Judgement(status=Status.HELD, why=why, trials=len(history.trials))]

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The control and the request with the field."""
        recorder = Recorder(lab, self.id)
        plan = judgement.scenario
        if plan is not None:
            field = str(plan.settings.get(FIELD))
            try:
                _play(_without(plan, field), _CONTROL, recorder)
                _play(plan, _ATTACK, recorder)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _plan(way: Way, lab: Lab) -> Scenario:
    """The request with reads that follow it: on the way to another read, or of what is there."""
    last = way.steps[-1]
    for other in sorted(lab.playbook.ways, key=lambda each: len(each.steps)):
        if other.actor != "A" or other.steps[-1].method != "GET":
            continue
        for place, step in enumerate(other.steps[:-1]):
            if (step.operation, step.actor, step.body) == (last.operation, last.actor, last.body):
                return Scenario(setup=other.steps[:place], attack=(step,), observe=other.steps[place + 1 :])
    read = pick_readback(lab.operations, lab.playbook, way.steps)
    gets = tuple(step for step in read.observe if step.method == "GET" and step.actor == way.actor)[:_MOST_READS]
    return Scenario(setup=read.setup[:-1], attack=read.setup[-1:], observe=gets)


def _taken_by_name(tree: SourceTree, operation: Operation) -> frozenset[str]:
    """Texts by which the source takes something from a request, or that it holds in lists of names."""
    found: set[str] = set()
    if operation.source == "openapi":
        return frozenset()
    for file in tree.files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                found.update(e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TAKING:
                found.update(a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))
            elif (
                isinstance(node, ast.Subscript)
                and isinstance(node.slice, ast.Constant)
                and isinstance(node.slice.value, str)
                and _REQUEST.search(ast.unparse(node.value))
            ):
                found.add(node.slice.value)
    return frozenset(found)


def _try_fields(plan: Scenario, operation: Operation, recorder: Recorder, taken: frozenset[str]) -> None:
    control = _play(plan, _CONTROL, recorder)
    extras = list(_extras(control, operation, taken))[:_MOST_FIELDS]
    if not extras or not all(succeeded(each) for each in of_part(control, "attack")):
        return
    both = _play(_with(plan, extras), "scan", recorder)
    kept = [extra for extra in extras if _reading(both, extra.name) == extra.value]
    # A service that refuses the whole because of one field is asked for each alone.
    alone = kept or (extras if not all(succeeded(each) for each in of_part(both, "attack")) else [])
    for extra in alone:
        settings: dict[str, Json] = {FIELD: extra.name, VALUE: extra.value}
        _play(_with(plan, [extra]).model_copy(update={"settings": settings}), _ATTACK, recorder)


def _play(plan: Scenario, purpose: str, recorder: Recorder) -> Trial:
    """Setup, the request, and the reads, which may need what the request saved."""
    with recorder.copy(plan, purpose) as stage:
        known = stage.player.play(plan.setup, "setup")
        sent = stage.player.play(plan.attack, "attack", known.variables)
        seen = stage.player.play(plan.observe, "observe", sent.variables)
        for played in (known, sent, seen):
            stage.exchanges += played.exchanges
    return recorder.keep(stage)


def _extras(control: Trial, operation: Operation, taken: frozenset[str]) -> Iterator[_Extra]:
    """Fields of the object as the service shows it, that the request does not declare, with values to send."""
    declared = fields_of(_properties(operation)) | fields_of(control.scenario.attack[0].body) | taken
    of_account = any({*words(part)} & _ACCOUNTS for part in operation.path.split("/"))
    shown: dict[str, Json] = {}
    for exchange in (*of_part(control, "attack"), *of_part(control, "observe")):
        if exchange.ok:
            for item in items(body(exchange)):
                shown.update({name: value for name, value in item.items() if name not in shown})
    for name, value in shown.items():
        if name in declared:
            continue
        wanted = _wanted(name, value, of_account=of_account)
        if wanted is not None and wanted != value:
            yield _Extra(name, wanted)


def _wanted(name: str, value: Json, *, of_account: bool) -> Json:
    """What somebody would like the field to be; None for a field that gives nothing."""
    said = {*words(name)}
    gives = said & (_RIGHTS | (_DONE if of_account else frozenset()))
    if isinstance(value, bool):
        return True if gives else None
    if isinstance(value, int | float):
        return 1 if gives and value == 0 else _AMOUNT if said & _MONEY and of_account else None
    if isinstance(value, str) and said & _ROLES and value.lower() not in ("admin", "administrator"):
        return "admin"
    return None


def _reading(trial: Trial, field: str) -> Json:
    """The field as another request reads it: of the only object that shows it, or of the one the request made."""
    made = _ids(of_part(trial, "attack"))
    for exchange in of_part(trial, "observe"):
        if not exchange.ok:
            continue
        shown = [item for item in items(body(exchange)) if field in item]
        own = [item for item in shown if str(item.get("id")) in made] or (shown if len(shown) == 1 else [])
        if own:
            return own[0][field]
    return None


def _ids(exchanges: Sequence[Exchange]) -> frozenset[str]:
    return frozenset(str(i["id"]) for e in exchanges if e.ok for i in items(body(e)) if i.get("id") is not None)


def _kept(trial: Trial, control: Trial, history: History) -> Judgement | None:
    field, value = str(trial.scenario.settings.get(FIELD)), trial.scenario.settings.get(VALUE)
    usual, seen = _reading(control, field), _reading(trial, field)
    if not all(succeeded(each) for each in (*of_part(trial, "setup"), *of_part(trial, "attack"))):
        return None
    if usual is None or seen != value or seen == usual:
        return None
    attack = of_part(trial, "attack")[0]
    logged_in = carries_credential(attack)
    rights = bool({*words(field)} & (_RIGHTS | _ROLES))
    cvss = vector(logged_in=logged_in, read="H" if rights else "N", change="H")
    return Judgement(
        status=Status.PROVEN,
        severity=severity(cvss),
        title=f"{attack.operation} lets the caller set {field!r}, which it does not ask for",
        expected=f"{field} {usual!r}, whatever the caller sends along, or a refusal",
        seen=f"sent {field}: {value!r}; read back: {seen!r} (without it: {usual!r})",
        why=f"whoever may call {attack.operation} decides on {field} himself",
        cvss=cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(attack.operation,),
        root=field,
        trials=len(history.trials),
    )


def _with(plan: Scenario, extras: Sequence[_Extra]) -> Scenario:
    step = plan.attack[0]
    given = dict(step.body) if isinstance(step.body, dict) else {}
    return plan.model_copy(
        update={"attack": (step.model_copy(update={"body": {**given, **{e.name: e.value for e in extras}}}),)}
    )


def _without(plan: Scenario, field: str) -> Scenario:
    step = plan.attack[0]
    given = {name: value for name, value in step.body.items() if name != field} if isinstance(step.body, dict) else {}
    return plan.model_copy(update={"attack": (step.model_copy(update={"body": given}),)})


def _properties(operation: Operation) -> Json:
    schema = operation.body.data_schema if operation.body is not None else {}
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _way(operation: Operation, lab: Lab) -> Way | None:
    """A's way to an operation that changes something by a JSON object."""
    if operation.is_safe or operation.method == "DELETE":
        return None
    way = lab.playbook.way(operation.name, "A")
    last: Step | None = way.steps[-1] if way is not None else None
    takes_json = last is not None and isinstance(last.body, dict) and "json" in (last.content_type or "json")
    return way if takes_json else None
