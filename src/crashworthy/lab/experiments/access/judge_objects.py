"""The judge of access to objects: did B, or nobody, get at what is A's own?

How a correct service could look guilty, and what is asked for because of it:

- **What everybody may read** (a shop's products, forum posts): reading is held against a service only when nobody
  without a credential can do it, no read without the object's id shows the object to others, and a list that is there
  for both shows it to A and not to B: then the service itself says whose it is. Also its id must be countable: an
  id that cannot be guessed may be a link that its owner passed on. Words for things that are made to be passed on (a
  poll, a form, a listing) need one thing more: another operation that tells B that the object is not there.
- **Work of colleagues** (tasks, tickets), which a list called "my" sorts: reading it is told only, unless another
  operation says to B that it is not there.
- **What everybody may change** (a wiki, a team's tasks): such a list shows it to all, and no read of it is refused.
- **What others are meant to do** with an object (like, bid, pay into): an action counts only when A's own reading of
  the object shows something gone or replaced; numbers that grew and lists that became longer do not count.
- **Sharing and administrators**: a way on which A lets B in is not used, and B is a plain second account.
- **A parent that B may not see**: a read below an object whose own read B is refused is held against the service,
  where it shows the object, or what A has just done with it: the same to B as to A then, and not to A before.
- **Nobody at all**: that a deletion needs no credential is held against a service that wants one for making such
  an object. So is a replacement, but not of what wikis let everybody edit; any other action only where nobody may not
  even read the object, for guests book and vote.
- **Personal data**: a read of a person's record that gives nobody, or any other account, the e-mail or address that
  A sent, at a countable id, where no list shows it and other operations do want a credential.
- **A service without any identity** cannot keep anybody apart, and may stand behind something that does: told only.
"""

from __future__ import annotations

from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import NOBODY
from crashworthy.lab.experiments.access.crossing import set_up
from crashworthy.lab.experiments.access.ownership import PERSONS, Ownership
from crashworthy.lab.experiments.access.views import took_away
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.session import succeeded

DEMANDS = "demands"
"""Setting: whether an operation of the service is known to refuse callers without a credential."""

_REPLACING = frozenset({"PUT", "PATCH", "DELETE"})
_HOLDERS = {NOBODY: "anybody without a credential", "B": "any other user"}


@dataclass(frozen=True)
class _Case:
    """What was got by whom, and the reason why it was not his."""

    exchange: Exchange
    step: Step
    what: str
    why: str
    told_only: bool = False


def judge_objects(history: History) -> Judgement:
    """PROVEN for the worst that was got, OBSERVED where it was got and may be meant, else HELD."""
    tried = sum(len(of_part(trial, "attack")) for trial in history.trials)
    cases: list[tuple[_Case, Trial]] = []
    problem = "the object could not be made again"
    for trial in history.trials:
        if not set_up(trial.scenario, trial):
            continue
        problem = ""
        attempts = zip(trial.scenario.attack, of_part(trial, "attack"), strict=False)
        got = [(step, exchange) for step, exchange in attempts if succeeded(exchange) and exchange.actor != "A"]
        for step, exchange in got:
            case = _case(Ownership(trial), step, exchange, demands=history.settings.get(DEMANDS) is True)
            if case is not None:
                cases.append((case, trial))
    if cases:
        case, trial = min(cases, key=lambda item: (item[0].told_only, item[0].exchange.actor != NOBODY))
        return _told(case, trial, tried)
    if problem:
        return Judgement(status=Status.UNKNOWN, why="; ".join([problem, *history.notes]), trials=tried)
    let_in = any(succeeded(exchange) for trial in history.trials for exchange in of_part(trial, "attack"))
    why = "others were let in, as far as can be told rightly" if let_in else f"{tried} tries by others were refused"
    return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=tried)


def _case(seen: Ownership, step: Step, exchange: Exchange, *, demands: bool) -> _Case | None:
    who = exchange.actor
    if step.method == "GET":
        return _read(seen, step, exchange, who, demands=demands)
    effect = seen.effect()
    if effect is None or exchange.response is None:
        return None
    operation, before, after = effect
    replaces = step.method in _REPLACING
    if not replaces and after is not None and not took_away(before, after):
        return None
    what = f"A's {_noun(step)} {'is gone from' if after is None else 'is changed in'} {operation}"
    if who == NOBODY:
        return _change_by_nobody(seen, step, exchange, what, demands=demands)
    refused = seen.refused_read("B")
    if refused is not None:
        why = f"{refused[0]} refuses B the same object with {refused[1]}"
        return _Case(exchange, step, what, why)
    separated = _kept_apart(seen)
    if separated is None:
        return None
    return _Case(exchange, step, what, separated)


def _change_by_nobody(seen: Ownership, step: Step, exchange: Exchange, what: str, *, demands: bool) -> _Case | None:
    refused = seen.refused_read(NOBODY)
    if refused is not None:
        why = f"{refused[0]} refuses callers without a credential with {refused[1]}"
        return _Case(exchange, step, what, why)
    if not seen.making_needs_identity:
        why = "no caller is asked who he is, neither for making it nor here, though for other things"
        return _Case(exchange, step, what, why, told_only=True) if demands else None
    why = f"{seen.maker.operation if seen.maker else 'making it'} is refused without a credential"
    if step.method == "DELETE":
        return _Case(exchange, step, what, why)
    meant = step.method == "POST" or seen.is_shared_by_nature
    return _Case(exchange, step, what, why, told_only=meant)


def _read(seen: Ownership, step: Step, exchange: Exchange, who: str, *, demands: bool) -> _Case | None:
    target = seen.target
    personal = seen.personal_in(exchange)
    if personal and _of_a_person(step) and seen.shown_elsewhere is None and (target is None or target.is_countable):
        what = f"the answer holds the {' and '.join(personal)} that A gave"
        closed = who == "B" and seen.open_read(NOBODY) is None
        why = "no list shows it to others" + ("" if target is None else f", and the id {target.id} can be counted up")
        if demands and (who == NOBODY or closed):
            return _Case(exchange, step, what, why)
        return _Case(exchange, step, what, "the service asks no caller who he is", told_only=True)
    if target is None or seen.maker is None or who == NOBODY:
        return None
    done = seen.done_with_it(step, exchange)
    if not (target.shown_in(exchange) or done is not None):
        return None
    what = f"the answer shows A's {_noun(step)} {target.id}" if done is None else f"the answer shows A's {done}"
    if seen.open_read(NOBODY) is not None:
        return None
    refused = seen.refused_read("B")
    if refused is not None and _is_below(step.operation, refused[0]):
        why = f"{refused[0]} refuses B the same object with {refused[1]}"
        return _Case(exchange, step, what, why)
    separated = _kept_apart(seen) if done is None else None
    if separated is None:
        return None
    if seen.is_common_work and seen.hidden_from_b is None:
        return _Case(exchange, step, what, f"{separated}; colleagues may be meant to read it", told_only=True)
    return _Case(exchange, step, what, separated)


def _kept_apart(seen: Ownership) -> str | None:
    """How the service itself keeps the object for A; None where others may be meant to have it."""
    target = seen.target
    if target is None or seen.maker is None or seen.separating_list is None or seen.shown_elsewhere is not None:
        return None
    if not target.is_countable or seen.open_read(NOBODY) is not None:
        return None
    why = f"{seen.separating_list} shows it to A and not to B, and its id {target.id} can be counted up"
    if seen.is_shared_by_nature:
        hidden = seen.hidden_from_b
        return None if hidden is None else f"{why}; {hidden[0]} tells B that it is not there"
    return why


def _told(case: _Case, trial: Trial, tried: int) -> Judgement:
    who = _HOLDERS[case.exchange.actor]
    verb = {"GET": "reads", "DELETE": "deletes"}.get(case.step.method, "changes")
    status = case.exchange.response.status if case.exchange.response else 0
    plan: Scenario = trial.scenario
    cvss = _cvss(case)
    return Judgement(
        status=Status.OBSERVED if case.told_only else Status.PROVEN,
        severity=Severity.MINOR if case.told_only else severity(cvss),
        cvss=None if case.told_only else cvss,
        title=f"{case.step.operation}: {who} {verb} what belongs to another",
        expected="a refusal (401, 403 or 404)",
        seen=f"status {status} for {who}: {case.what}, although {case.why}" if not case.told_only else case.what,
        why=case.why,
        trial=trial.id,
        scenario=plan.model_copy(update={"attack": (*_fillings(plan), case.step), "setup": _made(trial)}),
        operations=(case.step.operation,),
        trials=tried,
    )


def _made(trial: Trial) -> tuple[Step, ...]:
    """The setup without what could not be made for B, which is not needed."""
    played = zip(trial.scenario.setup, of_part(trial, "setup"), strict=False)
    return tuple(step for step, exchange in played if succeeded(exchange))


def _fillings(plan: Scenario) -> tuple[Step, ...]:
    """What A does with the object before the others try."""
    return tuple(step for step in plan.attack if step.actor == "A")


def _cvss(case: _Case) -> str:
    changes = case.step.method != "GET"
    return vector(logged_in=case.exchange.actor == "B", read="N" if changes else "H", change="H" if changes else "N")


def _noun(step: Step) -> str:
    """The word for the object in the operation's path, for people."""
    fixed = [part for part in step.operation.partition(" ")[2].split("/") if part and "{" not in part]
    named = [part for part in fixed if part.lower() != "api" and not part.lower().startswith("v")]
    return " ".join(words((named or fixed or ["object"])[0]))


def _of_a_person(step: Step) -> bool:
    path = step.operation.partition(" ")[2]
    return any({*words(part)} & PERSONS for part in path.split("/") if "{" not in part)


def _is_below(operation: str, parent: str) -> bool:
    return operation.partition(" ")[2].startswith(parent.partition(" ")[2].rstrip("/") + "/")
