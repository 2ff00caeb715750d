"""Password reset: nobody, who knows A's address, resets A's password; and what reset it once resets it again.

Nobody asks for a new password. Where something in the answer sets one, whoever asks has the account: shown by a login
with it, while the old password is refused. Where the answer keeps silent, what the service mails or prints is what A
gets; it sets a password, and after that must not set another. A correct service could look guilty when its answer holds
a number that only means something together with the mail: then it sets nothing.
"""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Iterator, Mapping, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.scenario import Save, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.crossing import CLOSING
from crashworthy.lab.experiments.access.reset_steps import (
    FIRST,
    SECOND,
    TOKEN,
    Reset,
    delivered,
    guess,
    reset_of,
    told,
)
from crashworthy.lab.experiments.access.views import body
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, Stage, of_part, replayed
from crashworthy.lab.testbed import OutboundCall
from crashworthy.lab.traffic.player import Played
from crashworthy.lab.traffic.session import succeeded
from crashworthy.weaknesses.credentials import PASSWORD_RESET

DELIVERED = "delivered"
"""Setting: which of the words that A was sent is used; absent where the answer tells it."""

GUESSED = "guessed"
"""Setting: which of the words that B was sent tells the one for A."""

_LOOK = "scan"
_PRIORITY, _ESTIMATE_S = 60.0, 2.0
_MOST_TOLD, _MOST_DELIVERED = 4, 6
_SETTLE_S = 0.3
_REFUSED = frozenset({400, 401, 403, 422})


class PasswordReset(Experiment):
    """One candidate where a service lets passwords be reset."""

    id = "password-reset"
    title = "A new password for somebody else's account"
    weaknesses = (PASSWORD_RESET,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """The request that asks."""
        found = reset_of(lab)
        if found is None:
            return ()
        return (
            Candidate(
                weakness=PASSWORD_RESET,
                operations=(found.ask.name, found.take.name),
                why="sends what sets a new password",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(found.ask.name),
            ),
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A look at the answer; a play for each part of it that may be enough; then what A was sent, used twice."""
        recorder = Recorder(lab, self.id, limit_s=15.0)
        found = reset_of(lab)
        if found is not None:
            try:
                for plan in _plans(found, recorder):
                    if _is_shown(_play(plan, recorder)):
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when a password was set by who must not be able to."""
        for trial in history.trials:
            if trial.purpose != _LOOK and _is_shown(trial):
                return _judged(trial, history)
        asked = [each for trial in history.trials for each in of_part(trial, "attack")]
        if not any(succeeded(each) for each in asked):
            why = "the request that asks for a new password was not accepted"
            return Judgement(status=Status.UNKNOWN, why="; ".join([why, *history.notes]), trials=len(history.trials))
        why = "nothing in the answer sets a password, and nothing that was sent sets a second one"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play)


def _plans(found: Reset, recorder: Recorder) -> Iterator[Scenario]:
    look = Scenario(setup=found.owner.made, attack=(found.asking(None),))
    with recorder.copy(look, _LOOK) as stage:
        known = stage.player.play(look.setup, "setup")
        stage.exchanges += known.exchanges
        asked, words = _ask(stage, look.attack[0], known.variables)
    recorder.keep(stage)
    answer = asked.exchanges[0]
    if not all(succeeded(each) for each in known.exchanges) or not succeeded(answer):
        return
    for save in [*told(body(answer), _sent(answer))][:_MOST_TOLD]:
        yield _plan(found, save)
    stranger, sent = found.of_another(), _sent(answer)
    for place, word in enumerate(words[:_MOST_DELIVERED]):
        if stranger is not None and guess(word, sent, ["another"] * len(sent)) is not None:
            yield _guessing(found, stranger, place)
    for place in range(min(len(words), _MOST_DELIVERED)):
        yield _plan(found, place)


def _plan(found: Reset, token: Save | int) -> Scenario:
    """Ask, set a password, and with what was delivered another one; then log in with the new and with the old one."""
    logins = (found.owner.logged_in("thief", FIRST), found.owner.logged_in("keeper"))
    if isinstance(token, Save):
        attack = (found.asking(token), found.taking(FIRST))
        return Scenario(setup=found.owner.made, attack=attack, observe=logins)
    return Scenario(
        setup=found.owner.made,
        attack=(found.asking(None), found.taking(FIRST), found.taking(SECOND)),
        observe=(found.owner.logged_in("thief", SECOND), *logins),
        settings={DELIVERED: token},
    )


def _guessing(found: Reset, stranger: Reset, place: int) -> Scenario:
    """B asks, last in the set-up; then nobody asks for A, and sets A's password with what B's word tells."""
    return Scenario(
        setup=(*found.owner.made, *stranger.owner.made, stranger.asking(None)),
        attack=(found.asking(None), found.taking(FIRST)),
        observe=(found.owner.logged_in("thief", FIRST), found.owner.logged_in("keeper")),
        settings={GUESSED: place},
    )


def _play(plan: Scenario, recorder: Recorder) -> Trial:
    place, guessed = plan.settings.get(DELIVERED), plan.settings.get(GUESSED)
    before = len(plan.setup) - (guessed is not None)
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup[:before], "setup")
        stage.exchanges += known.exchanges
        own: list[str] = []
        for step in plan.setup[before:]:
            (theirs, own) = _ask(stage, step, known.variables, "setup")
        asked, words = _ask(stage, plan.attack[0], known.variables)
        variables: dict[str, Json] = dict(asked.variables)
        if isinstance(place, int) and place < len(words):
            variables[TOKEN] = words[place]
        if isinstance(guessed, int) and guessed < len(own):
            sent = (_sent(played.exchanges[0]) for played in (theirs, asked))
            variables[TOKEN] = guess(own[guessed], *sent)
        taken = stage.player.play(plan.attack[1:], "attack", variables)
        stage.exchanges += taken.exchanges
        stage.exchanges += stage.player.play(plan.observe, CLOSING, taken.variables).exchanges
    return recorder.keep(stage)


def _ask(stage: Stage, step: Step, variables: Mapping[str, Json], part: str = "attack") -> tuple[Played, list[str]]:
    """Ask for a new password; and the words that may set one, of what the service then mails, calls out or prints."""
    printed = len(stage.instance.output())
    began = time.monotonic()
    asked = stage.player.play((step,), part, variables)
    stage.exchanges += asked.exchanges
    time.sleep(_SETTLE_S)
    calls = [call for call in stage.lab.testbed.outbound_calls() if call.at >= began]
    texts = [_text(call) for call in calls]
    texts += [line for line in stage.instance.output()[printed:].splitlines() if "HTTP/1" not in line]
    sent = asked.exchanges[0].request.body or ""
    return asked, [word for word in dict.fromkeys(w for text in texts for w in delivered(text)) if word not in sent]


def _text(call: OutboundCall) -> str:
    """What was sent, decoded where it is a mail."""
    if call.method != "MAIL":
        return call.body.decode("utf-8", "replace")
    mail = email.message_from_bytes(call.body, policy=email.policy.default)
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join(str(part.get_content()) for part in parts)


def _sent(exchange: Exchange) -> list[str]:
    """The texts of a request's body."""
    return [piece for piece in (exchange.request.body or "").split('"') if len(piece) > 3]


def _is_shown(trial: Trial) -> bool:
    """Whether the password that was set last opens the account, and those before it do not."""
    attack, closing = of_part(trial, "attack"), of_part(trial, CLOSING)
    if len(attack) != len(trial.scenario.attack) or len(closing) != len(trial.scenario.observe) or len(closing) < 2:
        return False
    if not all(succeeded(each) for each in (*of_part(trial, "setup"), *attack)):
        return False
    opened, *refused = closing
    return opened.ok and all(each.response is not None and each.response.status in _REFUSED for each in refused)


def _judged(trial: Trial, history: History) -> Judgement:
    attack, (opened, *refused) = of_part(trial, "attack"), of_part(trial, CLOSING)
    twice, guessed = DELIVERED in trial.scenario.settings, GUESSED in trial.scenario.settings
    cvss = vector(logged_in=False, read="L" if twice else "H", change="L" if twice else "H", chance=twice)
    ask, take = attack[0].operation, attack[1].operation
    by_stranger = (
        f"{opened.operation} by a stranger, with the password that the stranger has set: status {_status(opened)}; "
        f"with the owner's: status {_status(refused[0])}"
    )
    if twice:
        title = f"What {ask} sends sets a second password after it has set one"
        expected = "a refusal of what has been used"
        seen = f"{take} accepts the same twice, and the second password opens the account"
        why = "who finds an old mail has the account, also after its owner has used it"
    elif guessed:
        title = f"What {ask} sends for one account tells what it sends for the next"
        expected = "something that nobody can compute, such as 128 random bits"
        seen = f"{take} accepts what follows from what B was sent. {by_stranger}"
        why = "anybody with an account of his own has each other account with four requests"
    else:
        title = f"{ask} tells whoever asks what {take} needs to set a new password"
        expected = "an answer without what only the owner is sent"
        seen = by_stranger
        why = "anybody, without a login, who knows the name or address of an account has it with two requests"
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.MINOR if twice else severity(cvss),
        title=title,
        expected=expected,
        seen=seen,
        why=why,
        cvss=cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(ask, take),
        trials=len(history.trials),
    )


def _status(exchange: Exchange) -> int:
    return exchange.response.status if exchange.response is not None else 0
