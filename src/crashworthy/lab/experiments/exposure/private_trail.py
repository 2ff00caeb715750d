"""Private trail: what is private is sent where it belongs, in a good request; where is it seen again?

Card numbers, security codes, keys and identity numbers are replaced by valid ones that occur nowhere else, and the
tokens of logins are taken as they are given. Then the output, the files and rows, the calls of other systems, and the
answers to others are looked at. See `judge_trail` for which of these sightings are faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import by_another, by_nobody, credentials, is_identified
from crashworthy.lab.experiments.access.object_of_another import demands_identity
from crashworthy.lab.experiments.access.ownership import sent_fields
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.exposure.judge_trail import (
    DEMANDS,
    MARKS,
    TOKENS,
    follows_tokens,
    judge_trail,
    marks_of,
)
from crashworthy.lab.experiments.exposure.marks import Mark, contacts, marked, private_fields, with_marks
from crashworthy.lab.experiments.exposure.sightings import kept, printed, sent_out
from crashworthy.lab.experiments.exposure.tokens import tokens
from crashworthy.lab.experiments.injection.probe import WATCH
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.template import placeholders
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge
from crashworthy.weaknesses.private_values import (
    PRIVATE_VALUE_AT_REST,
    PRIVATE_VALUE_IN_LOG,
    PRIVATE_VALUE_PASSED_ON,
    PRIVATE_VALUE_SHOWN,
)

_ALL = (PRIVATE_VALUE_IN_LOG, PRIVATE_VALUE_AT_REST, PRIVATE_VALUE_PASSED_ON, PRIVATE_VALUE_SHOWN)
_SUSPECTED, _PRIVATE, _TOKENS, _ESTIMATE_S = 88.0, 72.0, 45.0, 1.2
_MOST_READS, _MOST_STEPS = 6, 12
_LIMIT_S = 12.0
_PREFIX = 10
"""Characters of a mark that tell the sensor what to report; fewer would meet other texts."""


class PrivateTrail(Experiment):
    """One candidate per operation that takes what is private, and one for the tokens of logins."""

    id = "private-trail"
    title = "Where card numbers, keys and tokens are seen again"
    weaknesses = _ALL

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations with private fields, and the first one that shows a credential."""
        suspected = {
            name: each
            for each in lab.suspicions
            if each.weakness in {weakness.id for weakness in _ALL}
            for name in each.operations
        }
        chosen = [(way, "takes a card number, a key or an identity number", _PRIVATE) for way in _private_ways(lab)]
        identified = _identified(lab)
        if identified is not None and not any(is_identified(way.steps, "A") for way, _, _ in chosen):
            chosen.append((identified, "shows an access token", _TOKENS))
        return [
            Candidate(
                weakness=PRIVATE_VALUE_IN_LOG,
                operations=(way.operation,),
                why=suspected[way.operation].message if way.operation in suspected else why,
                priority=_SUSPECTED if way.operation in suspected else priority,
                estimate_s=_ESTIMATE_S,
                location=suspected[way.operation].location
                if way.operation in suspected
                else lab.handler(way.operation),
                suspected=way.operation in suspected,
                also=_ALL[1:],
            )
            for way, why, priority in chosen
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play with all marks; where it is refused, one with each alone."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        way = next((each for each in _private_ways(lab) if each.operation == candidate.operations[0]), None)
        way = way or _identified(lab)
        settings: dict[str, Json] = {DEMANDS: demands_identity(lab), TOKENS: candidate.operations[0] == _first(lab)}
        if way is None:
            return recorder.history(candidate, settings)
        marks: tuple[Mark, ...] = marked(way.steps[-1], lab.rng(self.id, candidate.operations[0]))[1]
        listed: list[Json] = [{"kind": mark.kind.value, "name": mark.name, "value": mark.value} for mark in marks]
        settings[MARKS] = listed
        try:
            follow = settings[TOKENS] is True
            trial = _play(_scenario(lab, way, marks), recorder, marks, follow=follow)
            if len(marks) > 1 and not _accepted(trial):
                for mark in marks:
                    _play(_scenario(lab, way, (mark,)), recorder, (mark,), follow=follow)
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per weakness that the history shows; see `judge_trail`."""
        return judge_trail(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        marks, follow = marks_of(history), follows_tokens(history)
        return replayed(
            self.id, history, judgement, lab, lambda plan, recorder: _play(plan, recorder, marks, follow=follow)
        )


def _private_ways(lab: Lab) -> list[Way]:
    """For each operation that takes what is private, the way that gives the most of it."""
    found: list[Way] = []
    for operation in lab.operations:
        known = [way for way in (lab.playbook.rich(operation.name), lab.playbook.way(operation.name, "A")) if way]
        private = [way for way in known if way.actor in ("A", "nobody") and any(private_fields(way.steps[-1]))]
        if private:
            found.append(max(private, key=lambda way: len(list(private_fields(way.steps[-1])))))
    return found


def _first(lab: Lab) -> str | None:
    """The operation with which tokens are followed, once for all: one that takes what is private, or a read."""
    private = [way.operation for way in _private_ways(lab) if is_identified(way.steps, "A")]
    identified = _identified(lab)
    return private[0] if private else identified.operation if identified is not None else None


def _identified(lab: Lab) -> Way | None:
    """The shortest way on which A shows a credential to read something."""
    ways = [
        way
        for way in lab.playbook.ways
        if way.actor == "A" and way.steps[-1].method == "GET" and is_identified(way.steps, "A")
    ]
    return min(ways, key=lambda way: len(way.steps), default=None)


def _scenario(lab: Lab, way: Way, marks: Sequence[Mark]) -> Scenario:
    """Set-up for A and for B, the request with the marks, and what A, B and nobody read then."""
    values = {mark.name: mark.value for mark in marks}
    own = [each for each in lab.playbook.ways if each.actor == "A" and each.operation != way.operation]
    # What changes things may print as well; what A reads comes last, so that it shows what there is.
    own.sort(key=lambda each: (each.steps[-1].method == "GET", len(each.steps)))
    shared = [each for each in own if each.steps[-1].method == "GET"][-_MOST_READS:] if marks else own[:_MOST_STEPS]
    identified = _identified(lab)
    mirror = []
    if identified is not None and is_personal(identified.steps) and not any(s.actor == "B" for s in way.steps):
        mirror = [as_actor(identified, "B")]
    checked = [identified] if identified is not None else []
    joined = merge((way, *checked, *mirror, *shared))
    first, *rest = joined.last
    shown = credentials(rest[len(checked)]) if mirror else ()
    observe: list[Step] = []
    for step in rest[: len(checked)]:
        observe += [step, by_nobody(step)]
    for step in rest[len(checked) + len(mirror) :]:
        observe.append(step.model_copy(update={"saves": ()}))
    for step in [*rest[: len(checked)], *rest[len(checked) + len(mirror) :]]:
        if step.method == "GET" and _needs_no_id(step):
            observe += [by_nobody(step), *([by_another(step, "B", shown)] if mirror else [])]
    setup = tuple(_marked(step, way.operation, values) for step in joined.setup)
    # Where a read needs what the request makes, the set-up holds the request already.
    place = next((i for i, step in enumerate(setup) if step.operation == way.operation and step.actor == way.actor), -1)
    if place >= 0:
        return Scenario(setup=setup[:place], attack=setup[place : place + 1], observe=(*setup[place + 1 :], *observe))
    return Scenario(setup=setup, attack=(_marked(first, way.operation, values),), observe=tuple(observe))


def _needs_no_id(step: Step) -> bool:
    """Whether a request names nothing that somebody made: whoever sends it got no secret from anybody."""
    return not placeholders(step.model_copy(update={"headers": ()})) - {"unique"}


def _marked(step: Step, operation: str, values: Mapping[str, str]) -> Step:
    return with_marks(step, values) if step.operation == operation and step.actor in ("A", "nobody") else step


def _play(plan: Scenario, recorder: Recorder, marks: Sequence[Mark], *, follow: bool) -> Trial:
    """The steps in order; then a look at all places while the copy still runs."""
    watched: dict[str, Json] | None = {WATCH: marks[0].value[:_PREFIX].lower()} if marks else None
    with recorder.copy(plan, "attack") as stage:
        before = stage.instance.output()
        variables = None
        for part, steps in (("setup", plan.setup), ("attack", plan.attack), ("observe", plan.observe)):
            played = stage.player.play(steps, part, variables, plan=watched if part == "attack" else None)
            stage.exchanges += played.exchanges
            variables = played.variables
        trial = stage.trial("")
        if _accepted(trial):
            wanted = (*marks, *(tokens(trial) if follow else ()), *_contacts(trial))
            stage.events += printed(stage.instance.output(), before, wanted)
            stage.events += kept(recorder.lab.testbed, wanted)
            stage.events += sent_out(recorder.lab.testbed.outbound_calls(), wanted, stage.player.origin)
    return recorder.keep(stage)


def _accepted(trial: Trial) -> bool:
    attack = of_part(trial, "attack")
    return bool(attack) and all(succeeded(exchange) for exchange in attack)


def _contacts(trial: Trial) -> Iterator[Mark]:
    steps = {"setup": trial.scenario.setup, "attack": trial.scenario.attack}
    for part, listed in steps.items():
        for step, exchange in zip(listed, of_part(trial, part), strict=False):
            if step.actor == "A" and exchange.ok:
                yield from contacts(sent_fields(step, exchange))
