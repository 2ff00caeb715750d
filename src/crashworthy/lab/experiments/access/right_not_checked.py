"""Right not checked: a plain account, or nobody, does what its siblings refuse to all but administrators.

Two things are held against a service. First: what only an administrator can make is deleted by who may not make it, or
replaced without any credential, or repriced by a plain account; a reading shows it. Second: of the operations under
one path that says "admin", one lets in who is refused at another. How a correct service could look guilty: users do
their part on what an administrator made (borrow a book, rate it, set a task to done), so actions below the object's
path do not count, and a plain account's change of it only where it is a price; what was made for that user, such as a
message or an invitation, is the user's to delete, and so is what a secret id opens, for whoever was sent it; a login
or a first set-up stands under "admin" for everybody, so neither is tried, and what is under "staff" may be a list of
people; an account may own what it administers, so the same caller must be refused at the sibling in the same play; and
what is read under such a path may be meant for all (a list of the staff, the colours of a page, one's own rights), so
a reading counts only where it changes by what others do.
"""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.crossing import BEFORE, CLOSING, OBJECT
from crashworthy.lab.experiments.access.ownership import Ownership
from crashworthy.lab.experiments.access.trespass import is_certainly_kept, play, scenario, trespasses
from crashworthy.lab.experiments.access.views import body, stable
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import carries_credential, severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.meanings import MONEY
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.session import succeeded
from crashworthy.weaknesses.access import RIGHT_NOT_CHECKED

_PRIORITY, _ESTIMATE_S = 65.0, 1.0
_SECRET = 16
_LEAST_OF_READING = 4
"""Two readings, something that another user does, and a reading."""


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
            for each in trespasses(lab)
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id)
        found = next((each for each in trespasses(lab) if (each.way.operation,) == candidate.operations), None)
        if found is not None:
            try:
                play(scenario(found, lab), recorder)
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
        return replayed(self.id, history, judgement, lab, play)


def _judged(trial: Trial, history: History) -> Judgement | None:
    attack, closing = of_part(trial, "attack"), of_part(trial, CLOSING)
    step = trial.scenario.attack[0] if trial.scenario.attack else None
    if not all(succeeded(each) for each in of_part(trial, "setup")) or step is None or len(closing) != 1:
        return None
    refused = closing[0].response is not None and closing[0].response.status in (401, 403)
    if not refused or len(attack) != len(trial.scenario.attack) or not succeeded(attack[0]):
        return None
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
        told_only = (step.method != "DELETE" and not anybody and not priced) or (anybody and _is_secret(trial))
    elif not _shows_data(attack[0]):
        return None
    elif step.method == "GET":
        shows = _shows_others(attack)
        what = "it changes by what another user does" if shows else "it is the same whatever others do"
        told_only = not shows or not is_certainly_kept(step.path)
    else:
        told_only = not is_certainly_kept(step.path)
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


def _shows_data(exchange: Exchange) -> bool:
    return exchange.ok and exchange.response is not None and exchange.response.body.lstrip()[:1] in ("{", "[")


def _shows_others(attack: Sequence[Exchange]) -> bool:
    """Whether the reading stays as it is, and is another one after what another user did."""
    if len(attack) < _LEAST_OF_READING:
        return False
    first, second, *others, last = attack
    if not any(succeeded(each) for each in others) or not (_shows_data(second) and _shows_data(last)):
        return False
    return stable(body(first)) == stable(body(second)) != stable(body(last))


def _is_secret(trial: Trial) -> bool:
    """Whether the object's id is long and random, and no reading without a credential tells it."""
    target = Ownership(trial).target
    if target is None or target.is_countable or len(str(target.id)) < _SECRET:
        return False
    told = (each for each in of_part(trial, BEFORE) if not carries_credential(each) and each.response is not None)
    return not any(
        str(target.id) in each.response.body and str(target.id) not in each.request.url
        for each in told
        if each.response
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
