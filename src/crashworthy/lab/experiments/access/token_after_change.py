"""Token after a change of password: a second login of A's, from another device, after A has changed the password.

Whoever fears that somebody else has got in changes the password: who is in stays in, where tokens outlive it. The login
that makes the change may go on, so another one is looked at. That the password was changed is shown by the old one,
which no longer opens the account. A correct service could look guilty when its tokens end by themselves soon: those
that say so are told and not held against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access import outlived
from crashworthy.lab.experiments.access.accounts import (
    Account,
    account,
    is_password,
    with_another_password,
)
from crashworthy.lab.experiments.access.callers import by_nobody, is_identified
from crashworthy.lab.experiments.access.crossing import CLOSING
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.actors import log_in_score, sign_up_score
from crashworthy.lab.traffic.cookies import set_cookies
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.template import rename
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.credentials import TOKEN_AFTER_PASSWORD_CHANGE

_ESTIMATE_S = 1.2
_REFUSED = frozenset({400, 401, 403, 404, 422})


class TokenAfterPasswordChange(Experiment):
    """One candidate per operation by which A changes the password."""

    id = "token-after-change"
    title = "A token of another device, shown again after its owner has changed the password"
    weaknesses = (TOKEN_AFTER_PASSWORD_CHANGE,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Changes that were reached, where a login and a read of A's are known as well."""

        def ends(operation: Operation) -> bool:
            return _scenario(operation, lab) is not None

        return outlived.candidates(
            lab, TOKEN_AFTER_PASSWORD_CHANGE, ends, why="changes a password", estimate_s=_ESTIMATE_S
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id)
        operation = lab.operation(candidate.operations[0])
        plan = _scenario(operation, lab) if operation is not None else None
        if plan is not None:
            try:
                _play(plan, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when the second login opens as before, and the old password does not."""
        for trial in history.trials:
            judgement = _judged(trial, history)
            if judgement is not None:
                return judgement
        if not any(of_part(trial, "attack") for trial in history.trials):
            return Judgement(status=Status.UNKNOWN, why="; ".join(["it was not played", *history.notes]))
        why = "the token of the other login was refused, or the password was not changed"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play)


def _scenario(operation: Operation, lab: Lab) -> Scenario | None:
    """A's sign-up and login, the second login, and the change; what the second login reads; who else is refused."""
    way, owner = lab.playbook.way(operation.name, "A"), account(lab)
    if way is None or owner is None or not _changes_password(operation, way):
        return None
    read = _read(owner, lab)
    if read is None:
        return None
    joined = merge((way, read))
    change, shown = (step.model_copy(update={"saves": ()}) for step in joined.last)
    change = with_another_password(change)
    login = next((s for s in joined.setup if s.operation == owner.login.operation and s.body == owner.login.body), None)
    if login is None:
        return None
    # Whoever logs in a second time has cookies, and values, of that login.
    names = {save.name: f"{save.name}_second" for save in login.saves}
    saves = tuple(save.model_copy(update={"name": names[save.name]}) for save in login.saves)
    again = login.model_copy(update={"actor": "second", "saves": saves})
    second = rename(shown, names).model_copy(update={"actor": "second"})
    return Scenario(
        setup=(*joined.setup, again, change),
        attack=(second,),
        observe=(second, owner.logged_in("third"), by_nobody(second)),
    )


def _changes_password(operation: Operation, way: Way) -> bool:
    body = way.steps[-1].body
    if not isinstance(body, dict) or operation.method not in ("POST", "PUT", "PATCH"):
        return False
    if log_in_score(operation) > 0 or sign_up_score(operation) > 0:
        return False
    return any(is_password(name) for name in body) and is_identified(way.steps, "A")


def _read(owner: Account, lab: Lab) -> Way | None:
    """The shortest read that A makes after that login."""
    reads = [
        way
        for way in lab.playbook.ways
        if way.actor == "A"
        and way.steps[-1].method == "GET"
        and any(step.operation == owner.login.operation and step.body == owner.login.body for step in way.steps[:-1])
    ]
    return min(reads, key=lambda way: len(way.steps), default=None)


def _play(plan: Scenario, recorder: Recorder) -> None:
    """All up to the change, the read by the second login, the change, the read again, and who should be refused."""
    with recorder.copy(plan, "attack") as stage:
        variables: dict[str, Json] | None = None
        for part, steps in (
            ("setup", plan.setup[:-1]),
            ("before", plan.observe[:1]),
            ("setup", plan.setup[-1:]),
            ("attack", plan.attack),
            (CLOSING, plan.observe[1:]),
        ):
            played = stage.player.play(steps, part, variables)
            stage.exchanges += played.exchanges
            variables = played.variables
    recorder.keep(stage)


def _judged(trial: Trial, history: History) -> Judgement | None:
    before, after, closing = of_part(trial, "before"), of_part(trial, "attack"), of_part(trial, CLOSING)
    if len(before) != 1 or len(after) != 1 or len(closing) != 2:
        return None
    if not all(succeeded(each) for each in (*of_part(trial, "setup"), *before, *after)) or not after[0].ok:
        return None
    if not all(each.response is not None and each.response.status in _REFUSED for each in closing):
        return None
    cookies = [
        text
        for each in of_part(trial, "setup")
        if each.actor == trial.scenario.attack[0].actor and each.response is not None
        for text in set_cookies(each.response.headers).values()
        if text
    ]
    return outlived.judged(
        trial,
        history,
        title=f"After {history.operations[0]} the token of an earlier login still opens {after[0].operation}",
        expected="401 for tokens that were handed out before the password was changed",
        seen=f"{after[0].operation}: status {after[0].response.status if after[0].response else 0} with the token of "
        f"another login; {closing[0].operation} with the old password: "
        f"status {closing[0].response.status if closing[0].response else 0}",
        why="who has got into an account stays in, also after its owner has noticed and changed the password",
        excuse=outlived.by_design(trial, cookies),
    )
