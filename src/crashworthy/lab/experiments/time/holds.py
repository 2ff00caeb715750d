"""Something is held for one user for a time, and another one wants it after that time.

The service itself says until when, beside what the hold answers, and keeps others away meanwhile: B is refused at once
and accepted where nobody holds it, now and then. A correct service could look guilty when somebody else frees what has
ended: a job, a timer, a cache or the database by its own clock. Where its source speaks of one, nothing is held against
it. What is rented or lent is not free before it has come back, and is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.places import handler_of, handler_settings
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.time.lifetimes import LIFETIME, NAME, Lifetimes, span
from crashworthy.lab.experiments.time.promises import Promise, promise_in
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.template import PLACEHOLDER, placeholders, rename
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge
from crashworthy.weaknesses.time import HOLD_WITHOUT_END

FREE, HELD = "by B alone", "by B while A holds it"
FREE_LATER, HELD_LATER = "by B alone, later", "by B after A's hold has ended"
SWEPT = "swept"
"""Setting: a function of the service that may free what has ended, by name; absent where there is none."""

_HOLDS = word_set("hold reserve reservation lock lease claim")
_MAY_HOLD = word_set("booking book order checkout ticket seat slot appointment")
_FOR_NOW = re.compile(
    r"\b(held|hold|on_hold|reserved|pending|unpaid|temporary|provisional|awaiting_payment)\b", re.IGNORECASE
)
LENT = word_set("loan borrow rent rental subscription membership licence license domain warranty")
"""Words for what is not free before it has come back."""
_PEOPLE = word_set("user member customer client person account signup register login guest")
_CALLED = _PEOPLE | word_set("name email mail phone holder owner by username")
_KEYS = word_set("reference ref key id idempotency request code title note comment")
_REFUSED = frozenset({400, 403, 404, 409, 410, 422, 423})
_SUSPECTED, _PRIORITY, _ESTIMATE_S = 55.0, 26.0, 1.4
_MARGIN_S = 120.0


class Holds(Experiment):
    """One candidate per operation that holds something for a user."""

    id = "holds"
    title = "What is held for a time, wanted after it"
    weaknesses = (HOLD_WITHOUT_END,)
    needs = frozenset({Capability.REQUESTS, Capability.CLOCK})
    replay_s = 1.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Requests by A on what B can want as well, with a word for holding in their path."""
        if clock.others_in(lab.tree):
            return []
        suspected = {
            name: each for each in lab.suspicions if each.weakness == HOLD_WITHOUT_END.id for name in each.operations
        }
        return [
            Candidate(
                HOLD_WITHOUT_END,
                (operation.name,),
                suspicion.message if suspicion else "holds something for a user",
                priority=_SUSPECTED if suspicion else _PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=suspicion.location if suspicion else lab.handler(operation.name),
                suspected=suspicion is not None,
            )
            for operation in lab.operations
            for suspicion in [suspected.get(operation.name)]
            if _rivalry(lab.playbook.way(operation.name, "A")) is not None
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """B alone and while A holds it; where the answer to A says until when, both again after that."""
        recorder = Recorder(lab, self.id)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        found = _rivalry(lab.playbook.way(candidate.operations[0], "A"))
        if found is not None:
            swept = clock.sweeper_in(lab.tree)
            settings |= {SWEPT: swept} if swept else {}
            try:
                promise = _try(found, recorder)
                settings |= {NAME: promise.name, LIFETIME: promise.lifetime_s} if promise is not None else {}
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """PROVEN when A's hold keeps B away after its end as it did before; SUSPECTED where something may free it."""
        return _judged(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """All four plays."""

        def play(scenario: Scenario, recorder: Recorder) -> None:
            _try(scenario, recorder)

        return replayed(self.id, history, judgement, lab, play)


def later_than(lifetime_s: float) -> float:
    """Seconds after which a hold of so many has ended, whatever grace is given."""
    return lifetime_s * 1.5 + _MARGIN_S


def _rivalry(way: Way | None) -> Scenario | None:
    """A's hold, last in the set-up, and B's request for the same; None where B wants something else."""
    if way is None or way.steps[-1].method not in ("POST", "PUT", "PATCH") or not is_personal(way.steps):
        return None
    said = {*path_words(way.operation.partition(" ")[2])}
    if not said & (_HOLDS | _MAY_HOLD) or said & LENT or any(step.actor == "B" for step in way.steps):
        return None
    joined = merge((way, as_actor(way, "B")))
    own, other = joined.last
    names = _shared(own, other, joined.setup)
    wanted = rename(other.model_copy(update={"saves": ()}), names)
    if not names:
        texts = _texts(own) if said & _HOLDS else {}
        if not texts or not isinstance(wanted.body, dict):
            return None
        wanted = wanted.model_copy(update={"body": {**wanted.body, **texts}})
    return Scenario(setup=(*joined.setup, own), attack=(wanted,))


def _texts(step: Step) -> dict[str, Json]:
    """What of a body names a thing by a text, such as the number of a table.

    What somebody is called is not, nor what the client calls the request itself: that may be refused the second time.
    """
    fields = step.body.items() if isinstance(step.body, dict) else ()
    return {
        name: text
        for name, text in fields
        if isinstance(text, str)
        and not {*PLACEHOLDER.findall(text)} - {"unique"}
        and not {*words(name)} & (_CALLED | _KEYS)
    }


def _shared(own: Step, other: Step, setup: Sequence[Step]) -> dict[str, str]:
    """B's values that are to be A's: what the request is about, and not who makes it."""
    makers = {save.name: step for step in setup for save in step.saves}
    mine, theirs = (placeholders(step.model_copy(update={"headers": ()})) - {"unique"} for step in (own, other))
    # What an administrator made, or both made alike, is shared already.
    found = {name: name for name in mine & theirs}
    for name in theirs - mine:
        maker = makers.get(name)
        twin = name.removesuffix("_b")
        is_person = (
            maker is None or proves_identity(maker) or {*path_words(maker.operation.partition(" ")[2])} & _PEOPLE
        )
        if not is_person and twin in mine:
            found[name] = twin
    return found


def _try(scenario: Scenario, recorder: Recorder) -> Promise | None:
    """The plays; None where the hold's answer names no end, or keeps nobody away."""
    alone = scenario.model_copy(update={"setup": scenario.setup[:-1], "settings": {}})
    held = clock.play(recorder, scenario.model_copy(update={"settings": {}}), HELD)
    promise = promise_of(held)
    free = clock.play(recorder, alone, FREE)
    if promise is None or not _used(held, _REFUSED) or not _accepted(free):
        return promise
    later: dict[str, Json] = {clock.LATER: later_than(promise.lifetime_s)}
    for plan, purpose in ((alone, FREE_LATER), (scenario, HELD_LATER)):
        clock.play(recorder, plan.model_copy(update={"settings": later}), purpose)
    return promise


def promise_of(trial: Trial) -> Promise | None:
    """Until when the hold is good, as its answer says; only of what is held for now."""
    hold = of_part(trial, "setup")[-1] if of_part(trial, "setup") else None
    if hold is None or hold.response is None or not hold.done:
        return None
    said = {*path_words(hold.operation.partition(" ")[2])}
    if not said & _HOLDS and not _FOR_NOW.search(hold.response.body):
        return None
    try:
        body: Json = json.loads(hold.response.body)
    except (ValueError, RecursionError):
        return None
    inner = [f"/{key}" for key, value in body.items() if isinstance(value, dict)] if isinstance(body, dict) else []
    issued = datetime.now(UTC) - timedelta(seconds=max(0.0, trial.duration_s - hold.ended))
    found = (promise_in(hold, f"{place}/-", issued) for place in ("", *inner))
    return next((each for each in found if each is not None), None)


def _judged(history: History) -> Judgement:
    trials = {trial.purpose: trial for trial in history.trials}
    name, lifetime_s = history.settings.get(NAME), history.settings.get(LIFETIME)
    if HELD not in trials:
        return unproven(history, Status.UNKNOWN, "it was not tried")
    if not _is_set_up(trials[HELD]):
        return unproven(history, Status.HELD, "nothing was held that another user could want")
    if not isinstance(lifetime_s, int | float):
        return unproven(history, Status.HELD, "the answer to the hold does not say until when it is good")
    if not _used(trials[HELD], _REFUSED) or not _accepted(trials.get(FREE)):
        return unproven(history, Status.HELD, "it keeps nobody away who would get it otherwise")
    if Lifetimes(history).by_other_clocks:
        return unproven(history, Status.HELD, "the database's clock decides, which is not shifted")
    late, free_later = trials.get(HELD_LATER), trials.get(FREE_LATER)
    if late is None or free_later is None:
        return unproven(history, Status.UNKNOWN, "the time did not suffice")
    if not _accepted(free_later):
        return unproven(history, Status.HELD, "later it is refused to everybody, held or not")
    if not _used(late, _REFUSED):
        return unproven(history, Status.HELD, "it is free again after its end")
    swept = history.settings.get(SWEPT)
    refused = of_part(late, "attack")[0]
    later_s = late.scenario.settings.get(clock.LATER)
    return Judgement(
        status=Status.SUSPECTED if swept else Status.PROVEN,
        severity=HOLD_WITHOUT_END.severity,
        title=f"What {history.operations[0]} holds until {name} stays held",
        expected=f"free again {span(later_s)} later: {name} says {span(lifetime_s)}",
        seen=f"{_status(refused)} to another user {span(later_s)} later, as while it was held; without the hold "
        f"{_status(of_part(free_later, 'attack')[0])}",
        why=f"{swept} may free it, where somebody calls it" if swept else "",
        trial=late.id,
        scenario=late.scenario.model_copy(update={"settings": {}}),
        location=history.location or handler_of(history),
        trials=len(history.trials),
        root="hold",
    )


def _is_set_up(trial: Trial) -> bool:
    played = of_part(trial, "setup")
    return not trial.crashed and len(played) == len(trial.scenario.setup) and all(each.done for each in played)


def _accepted(trial: Trial | None) -> bool:
    return trial is not None and _is_set_up(trial) and all(each.done for each in of_part(trial, "attack"))


def _used(trial: Trial, statuses: frozenset[int]) -> bool:
    return _is_set_up(trial) and all(_status(each) in statuses for each in of_part(trial, "attack"))


def _status(exchange: Exchange) -> int | None:
    return exchange.response.status if exchange.response is not None else None
