"""What is held by quantity: what a hold took from what is left, is it given back after the hold's end?

A hold lowers what others can have: seats, stock, free places. Afterwards the same is asked for again, for that is when
a service that frees late does so, and what is left is compared with what it is at that time without the first hold. The
answer to the hold names the end; or it says that nothing is paid yet, and a day has passed: then nobody promised
anything, and it is a suspicion.

A correct service could look guilty where the hold was never meant to end (a purchase, a table for next month, a coupon
that was claimed), so its path or its answer has to speak of a hold, and the number of what is left. Where a job, a
timer or another clock may free it, it is suspected at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.compared import accepted, unproven
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.conservation.quantities import TOLERANCE, Key, changed, numbers, plain, told
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.places import handler_of, handler_settings
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.time.holds import LENT, SWEPT, later_than, promise_of
from crashworthy.lab.experiments.time.lifetimes import LIFETIME, NAME, Lifetimes, span
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.weaknesses.time import HOLD_WITHOUT_END

FREE, HELD = "nothing held", "held"
FREE_LATER, HELD_LATER = "nothing held, asked for later", "held, asked for after its end"

_HOLDS = word_set("hold reserve reservation")
_MAY_HOLD = word_set("booking book order checkout ticket seat slot appointment cart basket")
_NOT_YET = re.compile(
    r'\b(held|on_hold|unpaid|awaiting_payment|pending_payment|provisional)\b|"paid(_at|_on)?"\s*:\s*(null|false)',
    re.IGNORECASE,
)
_RESERVED = re.compile(r"\breserved\b", re.IGNORECASE)
_LEFT = word_set("stock left available availability free remaining seat place slot capacity inventory unit vacancy")
_LATER_S = 26 * 3600.0
_PRIORITY, _MAY, _ESTIMATE_S = 15.0, 8.0, 1.0


class LeftHeld(Experiment):
    """One candidate per operation that may hold a part of what there is."""

    id = "left-held"
    title = "What a hold takes, after its end"
    weaknesses = (HOLD_WITHOUT_END,)
    needs = frozenset({Capability.REQUESTS, Capability.CLOCK})
    replay_s = 1.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Reached requests whose path speaks of holding, or of what may begin with it."""
        return [
            Candidate(
                HOLD_WITHOUT_END,
                (operation.name,),
                "may hold a part of what there is",
                priority=_PRIORITY if _said(operation) & _HOLDS else _MAY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(operation.name),
            )
            for operation in lab.operations
            if operation.method in ("POST", "PUT", "PATCH")
            and operation.name in lab.playbook.reached
            and _said(operation) & (_HOLDS | _MAY_HOLD)
            and not _said(operation) & LENT
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """What is left with the hold and without, at once; where it takes something, the same later."""
        recorder = Recorder(lab, self.id)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        base = ground(candidate.operations, lab.playbook, lab.operations)
        if base is not None and base.observe:
            own, other = (base.bound(base.steps[0], number) for number in (1, 2))
            swept = clock.sweeper_in(lab.tree) or ("another clock" if clock.others_in(lab.tree) else None)
            settings |= {SWEPT: swept} if swept else {}
            try:
                settings |= _try(Scenario(setup=(*base.setup, own), attack=(other,), observe=base.observe), recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """PROVEN when what was held until an end that the service told is not given back after it."""
        return _judged(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """All four plays."""

        def play(scenario: Scenario, recorder: Recorder) -> None:
            _try(scenario, recorder)

        return replayed(self.id, history, judgement, lab, play)


def _said(operation: Operation) -> set[str]:
    return {*path_words(operation.path)}


def _try(scenario: Scenario, recorder: Recorder) -> dict[str, Json]:
    """The plays; returns the settings that name the end."""
    scenario = scenario.model_copy(update={"settings": {}})
    without = scenario.model_copy(update={"setup": scenario.setup[:-1]})
    asked = scenario.attack
    free = clock.play(recorder, without.model_copy(update={"attack": ()}), FREE)
    held = clock.play(recorder, scenario.model_copy(update={"attack": ()}), HELD)
    if not _taken(free, held) or not _is_hold(held):
        return {}
    promise = promise_of(held)
    if promise is None and not _NOT_YET.search(_answer(held)):
        return {}
    later: dict[str, Json] = {clock.LATER: later_than(promise.lifetime_s) if promise is not None else _LATER_S}
    for plan, purpose in ((without, FREE_LATER), (scenario, HELD_LATER)):
        clock.play(recorder, plan.model_copy(update={"attack": asked, "settings": later}), purpose)
    return {NAME: promise.name, LIFETIME: promise.lifetime_s} if promise is not None else {}


def _taken(free: Trial, held: Trial) -> dict[Key, Decimal]:
    """Numbers of what is left that the hold has lowered, and by how much."""
    if not all(each.done for trial in (free, held) for each in of_part(trial, "setup")):
        return {}
    differences = changed(numbers(free), numbers(held))
    return {key: by for key, by in differences.items() if by < 0 and {*words(key[1].rpartition("/")[2])} & _LEFT}


def _is_hold(held: Trial) -> bool:
    """Whether the path or the answer says that it is one."""
    path = of_part(held, "setup")[-1].operation.partition(" ")[2]
    answer = _answer(held)
    return bool({*path_words(path)} & _HOLDS or _NOT_YET.search(answer) or _RESERVED.search(answer))


def _answer(held: Trial) -> str:
    response = of_part(held, "setup")[-1].response
    return response.body if response is not None else ""


def _judged(history: History) -> Judgement:
    trials = {trial.purpose: trial for trial in history.trials}
    if FREE not in trials or HELD not in trials:
        return unproven(history, Status.UNKNOWN, "it was not tried")
    taken = _taken(trials[FREE], trials[HELD])
    if not taken or not _is_hold(trials[HELD]):
        return unproven(history, Status.HELD, "it holds nothing of what can be read back")
    free_later, held_later = trials.get(FREE_LATER), trials.get(HELD_LATER)
    if free_later is None or held_later is None:
        return unproven(history, Status.UNKNOWN if history.notes else Status.HELD, "nothing says that it is for a time")
    if not accepted(free_later):
        return unproven(history, Status.HELD, "later it is refused to everybody, held or not")
    if Lifetimes(history).by_other_clocks:
        return unproven(history, Status.HELD, "the database's clock decides, which is not shifted")
    still = changed(numbers(free_later), numbers(held_later))
    left = [key for key, by in taken.items() if key in still and abs(still[key] - by) <= TOLERANCE]
    if not left:
        return unproven(history, Status.HELD, "it was given back")
    name, swept = history.settings.get(NAME), history.settings.get(SWEPT)
    later_s = held_later.scenario.settings.get(clock.LATER)
    why = f"{swept} may free it" if swept else "" if name else "it says that nothing is paid yet, and names no end"
    place = told(held_later, left[0])
    due, seen = (plain(numbers(trial)[left[0]]) for trial in (free_later, held_later))
    says = f": {name} says {span(history.settings.get(LIFETIME))}" if name else ""
    return Judgement(
        status=Status.SUSPECTED if why else Status.PROVEN,
        severity=HOLD_WITHOUT_END.severity,
        title=f"What {history.operations[0]} takes from {place} is not given back",
        expected=f"{place} is {due} {span(later_s)} later{says}, after one more request",
        seen=f"{seen}, as if it were still held",
        why=why,
        trial=held_later.id,
        scenario=held_later.scenario.model_copy(update={"settings": {}}),
        location=history.location or handler_of(history),
        trials=len(history.trials),
        root="left",
    )
