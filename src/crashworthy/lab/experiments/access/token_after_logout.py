"""Token after logout: its owner logs out, the service says so, and the old token is shown once more.

Only told, and no proof, where the service could not know better by its design: a signed token or cookie that ends by
itself within the hour, and a session that Flask keeps in the signed cookie alone. A correct service looks guilty when
the logout ended another session than the token's; so the token that made the logout is the one that is shown again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Scenario, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access import outlived
from crashworthy.lab.experiments.access.accounts import shown_values
from crashworthy.lab.experiments.access.callers import credentials, proves_identity
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.cookies import set_cookies
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.credentials import TOKEN_AFTER_LOGOUT

COOKIES = "cookies"
"""Setting: whether the login is a cookie's."""

_ESTIMATE_S = 1.0
_KEPT = "kept_cookie"
_OUT = frozenset({"logout", "signout", "logoff"})


class TokenAfterLogout(Experiment):
    """One candidate per logout."""

    id = "token-after-logout"
    title = "A token, shown again after its owner has logged out"
    weaknesses = (TOKEN_AFTER_LOGOUT,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every logout that was reached, where another read shows the same credential."""

        def ends(operation: Operation) -> bool:
            way = lab.playbook.way(operation.name, "A")
            return way is not None and _is_logout(way.steps[-1]) and _read(way, lab) is not None

        return outlived.candidates(lab, TOKEN_AFTER_LOGOUT, ends, why="ends a login", estimate_s=_ESTIMATE_S)

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play; where cookies carry the login, a second one that keeps the cookie."""
        recorder = Recorder(lab, self.id)
        way = lab.playbook.way(candidate.operations[0], "A")
        read = _read(way, lab) if way is not None else None
        if way is not None and read is not None:
            joined = merge((read, way))
            check, leave = (step.model_copy(update={"saves": ()}) for step in joined.last)
            settings: dict[str, Json] = {COOKIES: not credentials(check)}
            plan = Scenario(setup=(*joined.setup, leave), attack=(check,), observe=(check,), settings=settings)
            try:
                trial = _play(plan, recorder)
                if not credentials(check):
                    for kept in _keeping(plan, trial):
                        _play(kept, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when the credential opened before, and still opens after the logout."""
        for trial in history.trials:
            before, after = of_part(trial, "before"), of_part(trial, "attack")
            left = [e for e in of_part(trial, "setup") if e.operation in history.operations]
            by_jar = bool(trial.scenario.settings.get(COOKIES)) and trial.scenario.attack[0].actor == "A"
            if by_jar or not left or not all(succeeded(e) for e in (*left, *before)) or not after or not before:
                continue
            if after[0].ok and after[0].response is not None:
                return _told(trial, history)
        why = "the credential was refused after the logout"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play)


def _play(plan: Scenario, recorder: Recorder) -> Trial:
    """Setup up to the logout, the read, the logout, and the read again."""
    with recorder.copy(plan, "attack") as stage:
        first = stage.player.play(plan.setup[:-1], "setup")
        before = stage.player.play(plan.observe, "before", first.variables)
        left = stage.player.play(plan.setup[-1:], "setup", first.variables)
        after = stage.player.play(plan.attack, "attack", first.variables)
        for played in (first, before, left, after):
            stage.exchanges += played.exchanges
    return recorder.keep(stage)


def _keeping(plan: Scenario, trial: Trial) -> Iterator[Scenario]:
    """The plan with a cookie kept by hand, as who has stolen it would; one per cookie that the login set."""
    for place, exchange in enumerate(of_part(trial, "setup")[: len(plan.setup) - 1]):
        step = plan.setup[place]
        if exchange.response is None or step.actor != "A" or not proves_identity(step):
            continue
        for name, value in set_cookies(exchange.response.headers).items():
            if not value or "csrf" in name.lower():
                continue
            save = Save(name=_KEPT, where=ValueFrom.COOKIE, path=name)
            saving = step.model_copy(update={"saves": (*step.saves, save)})
            setup = (*plan.setup[:place], saving, *plan.setup[place + 1 :])
            shown = tuple(
                one.model_copy(
                    update={"actor": "keeper", "headers": (*one.headers, ("Cookie", f"{name}=${{{_KEPT}}}"))}
                )
                for one in plan.attack
            )
            yield plan.model_copy(update={"setup": setup, "attack": shown, "observe": shown})


def _told(trial: Trial, history: History) -> Judgement:
    after = of_part(trial, "attack")[0]
    by_cookie = bool(trial.scenario.settings.get(COOKIES))
    return outlived.judged(
        trial,
        history,
        title=f"After {history.operations[0]} the old credential still opens {after.operation}",
        expected="401 for a credential whose owner has logged out",
        seen=f"{after.operation}: status {after.response.status if after.response else 0} with the same credential",
        why="who got hold of a token keeps the account, whatever its owner does",
        excuse=outlived.by_design(trial, shown_values(trial, trial.scenario.attack) if by_cookie else ()),
    )


def _is_logout(step: Step) -> bool:
    path = [part for part in step.operation.partition(" ")[2].split("/") if part]
    said = [word for part in path[-2:] for word in words(part)]
    if {*said} & _OUT or any(pair in (("log", "out"), ("sign", "out")) for pair in itertools.pairwise(said)):
        return True
    return step.method == "DELETE" and bool(path) and words(path[-1])[-1:] in (("session",), ("token",))


def _read(way: Way, lab: Lab) -> Way | None:
    """The shortest read by A that shows a credential as the logout does."""
    by_header = bool(credentials(way.steps[-1]))
    reads = [
        each
        for each in lab.playbook.ways
        if each.actor == "A"
        and each.steps[-1].method == "GET"
        and each.operation != way.operation
        and bool(credentials(each.steps[-1])) == by_header
        and any(proves_identity(step) for step in each.steps[:-1])
    ]
    return min(reads, key=lambda each: len(each.steps), default=None)
