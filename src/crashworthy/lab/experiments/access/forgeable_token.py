"""Forgeable token: a token that the lab signed itself is accepted as the user it names.

A real token of B gives the claims; the key is guessed from the source and from usual keys, offline. The new token
holds the same claims and one more, so that it is not the one that the service gave out. Proven when the service
answers it as it answers B, and refuses both nobody and the same token signed with a random key. Where the random key
is not refused, no signature is checked at all, which is proven just as well: then nobody's refusal shows that a token
is asked for. A correct service looks guilty only when its key came from the run's own environment, such as the value
of its `.env.example`: those are no guesses.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Scenario, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.access.forge import COMMON_KEYS, flask_key, jwt_key, read_jwt, sign_flask, sign_jwt
from crashworthy.lab.experiments.access.source_secrets import source_secrets
from crashworthy.lab.experiments.access.views import body, stable
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.traffic.template import placeholders
from crashworthy.weaknesses.credentials import FORGEABLE_TOKEN

HOW = "how"
GUESSED, UNSIGNED, UNCHECKED = "a guessed key", "no signature", "any key"
TOKEN = "token"  # noqa: S105 - the name of a setting
"""Setting: the name of the saved value that is the token."""
COOKIE = "cookie"
"""Setting: the name of the cookie that is the token, where it is one."""

FORGED = "forged"
_PRIORITY, _ESTIMATE_S = 92.0, 1.0
_SIGNED_COOKIE = "signed_cookie"


@dataclass(frozen=True)
class _Carrier:
    """A safe request that shows a token: the way to it, and where the token comes from."""

    way: Way
    token: str
    cookie: str | None = None


class ForgeableToken(Experiment):
    """One candidate for the service: the cheapest read that wants a token."""

    id = "forgeable-token"
    title = "Tokens that the caller signed himself"
    weaknesses = (FORGEABLE_TOKEN,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """The first read that shows a token."""
        carrier = next(_carriers(lab), None)
        if carrier is None:
            return ()
        return (
            Candidate(
                weakness=FORGEABLE_TOKEN,
                operations=(carrier.way.operation,),
                why="shows a token that may be signed",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
            ),
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A play per way of signing; the key that was guessed goes into the scenario, so that it can be replayed."""
        recorder = Recorder(lab, self.id)
        found = source_secrets(lab.tree, lab.credentials)
        given = frozenset(lab.credentials.values()) - frozenset(found)
        guesses = tuple(dict.fromkeys((*found, *sorted(COMMON_KEYS - given))))
        for carrier in _carriers(lab):
            if (carrier.way.operation,) != candidate.operations:
                continue
            try:
                for how in (UNCHECKED, UNSIGNED, GUESSED):
                    if not _play(_scenario(carrier, how), recorder, guesses):
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
            break
        history = recorder.history(candidate)
        key = next((str(t.scenario.settings["key"]) for t in recorder.trials if "key" in t.scenario.settings), None)
        place = found[key].location if key in found else None
        return history.model_copy(update={"location": place})

    def judge(self, history: History) -> Judgement:
        """PROVEN for the first way of signing that was accepted."""
        for trial in history.trials:
            if _accepted(trial):
                return _proven(trial, history)
        signed = [trial for trial in history.trials if of_part(trial, "attack")]
        why = f"{len(signed)} tokens of our own were refused" if signed else "it shows no token that is signed"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play, with a token made from a new real one."""
        recorder = Recorder(lab, self.id)
        plan = judgement.scenario
        if plan is not None:
            try:
                _play(plan, recorder, (str(plan.settings.get("key", "")),))
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _carriers(lab: Lab) -> Iterator[_Carrier]:
    ways = [way for way in lab.playbook.ways if way.actor == "A" and way.steps[-1].method == "GET"]
    for way in sorted(ways, key=lambda way: len(way.steps)):
        last = way.steps[-1]
        shown = frozenset().union(*(placeholders(Step(operation="", method="GET", path="/", headers=(pair,)))
                                    for pair in credentials(last))) - {"unique"}  # fmt: skip
        if len(shown) == 1:
            yield _Carrier(way, next(iter(shown)))
        elif not credentials(last) and any(step.actor == "A" and proves_identity(step) for step in way.steps[:-1]):
            yield _Carrier(way, _SIGNED_COOKIE, "session")


def _scenario(carrier: _Carrier, how: str) -> Scenario:
    last = carrier.way.steps[-1].model_copy(update={"saves": ()})
    setup = carrier.way.steps[:-1]
    if carrier.cookie is None:
        headers = tuple(
            (name, value.replace(f"${{{carrier.token}}}", f"${{{FORGED}}}")) for name, value in last.headers
        )
    else:
        save = Save(name=_SIGNED_COOKIE, where=ValueFrom.COOKIE, path=carrier.cookie)
        login = max(place for place, step in enumerate(setup) if step.actor == "A" and proves_identity(step))
        setup = tuple(
            step.model_copy(update={"saves": (*step.saves, save)}) if place == login else step
            for place, step in enumerate(setup)
        )
        headers = (*last.headers, ("Cookie", f"{carrier.cookie}=${{{FORGED}}}"))
    forged = last.model_copy(update={"actor": "forger", "headers": headers})
    settings: dict[str, Json] = {HOW: how, TOKEN: carrier.token, COOKIE: carrier.cookie}
    return Scenario(setup=setup, attack=(forged,), observe=(last, by_nobody(last)), settings=settings)


def _play(plan: Scenario, recorder: Recorder, guesses: Sequence[str]) -> bool:
    """Play it; False when there is no token of the kind, so that trying more is of no use."""
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        forged, key = _forge(plan, known.variables, guesses)
        stage.exchanges += stage.player.play(plan.observe, "observe", known.variables).exchanges
        for token, part in ((forged, "attack"), (_forge_at_random(plan, known.variables), "control")):
            if token is not None:
                variables = {**known.variables, FORGED: token}
                stage.exchanges += stage.player.play(plan.attack, part, variables).exchanges
        if key is not None:
            stage.scenario = plan.model_copy(update={"settings": {**plan.settings, "key": key}})
    recorder.keep(stage)
    return _forge_at_random(plan, known.variables) is not None


def _forge(plan: Scenario, variables: Mapping[str, Json], guesses: Sequence[str]) -> tuple[str | None, str | None]:
    """The forged token and the key it was signed with; (None, None) when it cannot be made."""
    real = variables.get(str(plan.settings.get(TOKEN)))
    if not isinstance(real, str):
        return None, None
    how = plan.settings.get(HOW)
    if plan.settings.get(COOKIE):
        key = flask_key(real, guesses) if how == GUESSED else None
        return (sign_flask(real, key), key) if key is not None else (None, None)
    token = read_jwt(real)
    if token is None:
        return None, None
    if how == GUESSED:
        key = jwt_key(token, guesses)
        return (sign_jwt(token, key), key) if key is not None else (None, None)
    return sign_jwt(token, None if how == UNSIGNED else secrets.token_hex(32)), None


def _forge_at_random(plan: Scenario, variables: Mapping[str, Json]) -> str | None:
    """The same token signed with a key that nobody has."""
    real = variables.get(str(plan.settings.get(TOKEN)))
    if not isinstance(real, str):
        return None
    if plan.settings.get(COOKIE):
        return sign_flask(real, secrets.token_hex(32)) if real.count(".") >= 2 else None
    token = read_jwt(real)
    return sign_jwt(token, secrets.token_hex(32)) if token is not None else None


def _accepted(trial: Trial) -> bool:
    """Whether the forged token was answered as the real one is, and nobody was refused."""
    attack, observed = of_part(trial, "attack"), of_part(trial, "observe")
    if len(attack) != 1 or len(observed) != 2 or not attack[0].ok or not observed[0].ok:
        return False
    nobody, control = observed[1], of_part(trial, "control")
    refused = nobody.response is not None and nobody.response.status in (401, 403)
    told_apart = trial.scenario.settings.get(HOW) == UNCHECKED or (bool(control) and not control[0].ok)
    return refused and told_apart and _same(attack[0], observed[0])


def _same(one: Exchange, other: Exchange) -> bool:
    return stable(body(one)) == stable(body(other))


def _proven(trial: Trial, history: History) -> Judgement:
    how = str(trial.scenario.settings.get(HOW))
    attack = of_part(trial, "attack")[0]
    key = trial.scenario.settings.get("key")
    from_source = f", which stands at {history.location}" if history.location else ", which is on every word list"
    ways = {
        GUESSED: f"signed with the key {str(key)!r}{from_source if key is not None else ''}",
        UNSIGNED: 'not signed at all (alg "none")',
        UNCHECKED: "signed with a random key",
    }
    cvss = vector(logged_in=False, read="H", change="H")
    return Judgement(
        status=Status.PROVEN,
        severity=severity(cvss),
        title=f"A token that the caller made himself, with {how}, is accepted",
        expected="401 for a token that the service did not sign",
        seen=f"{attack.operation}: status {attack.response.status if attack.response else 0} and the user's own data "
        f"for a token {ways[how]}; nobody is refused",
        why="anybody can write a token for any account, and has its rights",
        cvss=cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(attack.operation,),
        trials=len(history.trials),
    )
