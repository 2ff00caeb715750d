"""Guessable secret: B gets a secret of its own, counts it back by one, and nobody opens with it what A made.

What lets nobody in is a secret where the service keeps the same thing from everybody else: it is made with a
credential, A's reads of it are refused to nobody and show it neither to nobody nor to B, and a secret that was made up
opens nothing. Public catalogues, short links and pages that are published fail the first of these, services without
accounts the second, and secrets that are random the guess itself: it is computed from what B was given alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import NOBODY, by_another, by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.access.crossing import BEFORE, CLOSING
from crashworthy.lab.experiments.access.neighbours import MOST, neighbours, numbers_in, tries
from crashworthy.lab.experiments.access.openings import (
    GUESSED,
    Opening,
    opened_with,
    openings,
    refused_makers,
    scenario,
    secrets_of,
)
from crashworthy.lab.experiments.access.ownership import REFUSALS, sent_fields
from crashworthy.lab.experiments.access.views import body
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.template import as_text, saved_values
from crashworthy.weaknesses.credentials import GUESSABLE_SECRET

OWN, MADE_UP = "own", "made-up"
"""Parts of a trial: nobody with the secrets that A and B were given, and with one that nobody was given."""

_SUSPECTED, _PRIORITY, _ESTIMATE_S = 90.0, 55.0, 1.0
_FAR = 700_001


class GuessableSecret(Experiment):
    """One candidate per operation that lets nobody in with what the service gave somebody."""

    id = "guessable-secret"
    title = "The secret that was given out before one's own"
    weaknesses = (GUESSABLE_SECRET,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """See `openings`."""
        suspected = {
            name: each for each in lab.suspicions if each.weakness == GUESSABLE_SECRET.id for name in each.operations
        }
        return [
            Candidate(
                weakness=GUESSABLE_SECRET,
                operations=(found.way.operation,),
                why=suspicion.message if suspicion else "lets anybody in who has a secret",
                priority=_SUSPECTED if suspicion else _PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=suspicion.location if suspicion else lab.handler(found.maker.operation),
                suspected=suspicion is not None,
            )
            for found in openings(lab)
            for suspicion in [suspected.get(found.maker.operation) or suspected.get(found.way.operation)]
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id)
        for found in openings(lab):
            if found.way.operation == candidate.operations[0]:
                _try(found, lab, recorder)
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when a guess opened what A keeps; OBSERVED where all secrets can be tried in turn; else HELD."""
        tried = sum(len(of_part(trial, "attack")) for trial in history.trials)
        for trial in history.trials:
            judgement = _judged(trial, history)
            if judgement is not None:
                return judgement
        if not any(_is_set_up(trial) for trial in history.trials):
            why = "what the secret opens could not be made"
            return Judgement(status=Status.UNKNOWN, why="; ".join([why, *history.notes]), trials=tried)
        why = "what B was given does not tell A's" if not tried else f"{tried} guesses opened nothing of A's"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=tried)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play)


def _try(found: Opening, lab: Lab, recorder: Recorder) -> None:
    try:
        _play(scenario(found, lab), recorder)
    except OutOfTimeError:
        recorder.notes.append("the time ended before it was tried")


def _play(plan: Scenario, recorder: Recorder) -> Trial:
    """Who reads A's thing without the secret, what the secrets open, what one that is made up does, and the guesses."""
    mine, theirs = secrets_of(plan)
    shown = next((credentials(step) for step in reversed(plan.setup) if step.actor == "B" and credentials(step)), ())
    reads = [each for step in plan.observe for each in (step, by_another(step, "B", shown), by_nobody(step))]
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        trial = stage.trial("")
        if not _is_set_up(trial) or not {mine, theirs} <= {*known.variables}:
            return recorder.keep(stage)
        variables: dict[str, Json] = dict(known.variables)
        stage.exchanges += stage.player.play(reads, BEFORE, variables).exchanges
        for name in (mine, theirs):
            stage.exchanges += stage.player.play((opened_with(plan, name),), OWN, variables).exchanges
        guessed = [text for text, _ in guesses(trial)]
        for text in (_made_up(variables[theirs]), *guessed):
            part = "attack" if text in guessed else MADE_UP
            stage.exchanges += stage.player.play(plan.attack, part, {**variables, GUESSED: text}).exchanges
        stage.exchanges += stage.player.play(refused_makers(plan), CLOSING, variables).exchanges
    return recorder.keep(stage)


def guesses(trial: Trial) -> list[tuple[str, str]]:
    """What B makes of its own secret, and of the numbers that it was given: each guess, and how it was made."""
    _, theirs = secrets_of(trial.scenario)
    given = _saved(trial, "B")
    numbers = [n for each in of_part(trial, "setup") if each.actor == "B" for n in numbers_in(body(each))]
    return list(neighbours(given[theirs], numbers, -1))[:MOST] if theirs in given else []


def _made_up(secret: Json) -> str:
    """A secret of that length that is far from all that were given out."""
    text = as_text(secret)
    digits = text[len(text.rstrip("0123456789")) :]
    if not digits:
        return "0" * len(text)
    return text.removesuffix(digits) + f"{(int(digits) + _FAR) % 10 ** max(len(digits), 6)}"


def _judged(trial: Trial, history: History) -> Judgement | None:
    own = of_part(trial, OWN)
    marks = _marks(trial)
    if not _is_set_up(trial) or len(own) != 2 or not _shows(own[0], marks) or _shows(own[1], marks):
        return None
    kept = _kept_apart(trial, marks)
    if kept is None or any(_shows(each, marks) for each in of_part(trial, MADE_UP)):
        return None
    mine, theirs = secrets_of(trial.scenario)
    secret, other = (as_text(_saved(trial, actor).get(name, "")) for actor, name in (("A", mine), ("B", theirs)))
    for (text, form), exchange in zip(guesses(trial), of_part(trial, "attack"), strict=False):
        if _shows(exchange, marks):
            return _proven(trial, history, exchange, f"{form}: {other} was B's, {text} opens A's", kept)
    few = tries(secret)
    if few is None or any(each.response is not None and each.response.status == 429 for each in trial.exchanges):
        return None
    return Judgement(
        status=Status.OBSERVED,
        severity=Severity.MINOR,
        title=f"{history.operations[0]}: there are only {few} secrets of this form",
        seen=f"{secret} opens what A made, {other} what B made; {kept}",
        why="all of them can be tried in turn, where nothing slows that down",
        trial=trial.id,
        location=history.location,
        trials=len(of_part(trial, "attack")),
    )


def _proven(trial: Trial, history: History, exchange: Exchange, guess: str, kept: str) -> Judgement:
    changes = exchange.request.method != "GET"
    cvss = vector(logged_in=False, read="H", change="L" if changes else "N")
    return Judgement(
        status=Status.PROVEN,
        severity=severity(cvss),
        cvss=cvss,
        title=f"{history.operations[0]}: the secret that opens another's thing can be counted up",
        expected="a secret that says nothing of the others, such as 128 random bits",
        seen=f"the secret is {guess}, without a login (status {exchange.response.status if exchange.response else 0})",
        why=f"anybody, without a login, opens all of them one after the other, although {kept}",
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        trials=len(of_part(trial, "attack")),
    )


def _is_set_up(trial: Trial) -> bool:
    played = of_part(trial, "setup")
    return bool(played) and len(played) == len(trial.scenario.setup) and all(succeeded(each) for each in played)


def _saved(trial: Trial, actor: str) -> dict[str, Json]:
    known: dict[str, Json] = {}
    for step, exchange in zip(trial.scenario.setup, of_part(trial, "setup"), strict=False):
        if step.actor == actor:
            known.update(saved_values(step, exchange.response))
    return known


def _marks(trial: Trial) -> frozenset[str]:
    """Texts with A's digits in what A made; not what A is called."""
    setup = trial.scenario.setup
    headers = " ".join(text for step in setup for _, text in credentials(step))
    found: set[str] = set()
    for step, exchange in zip(setup, of_part(trial, "setup"), strict=False):
        is_account = proves_identity(step) or any(f"${{{save.name}}}" in headers for save in step.saves)
        if step.actor == "A" and not is_account:
            found |= {text for _, text in sent_fields(step, exchange)}
    return frozenset(found)


def _shows(exchange: Exchange, marks: frozenset[str]) -> bool:
    return exchange.ok and exchange.response is not None and any(mark in exchange.response.body for mark in marks)


def _kept_apart(trial: Trial, marks: frozenset[str]) -> str | None:
    """How the service keeps A's thing from who has no secret; None where it is there for others."""
    if not any(_refuses(each, {401, 403}) for each in of_part(trial, CLOSING)):
        return None
    triples: list[tuple[Exchange, ...]] = list(_by_three(of_part(trial, BEFORE)))
    if any(_shows(each, marks) for _, *others in triples for each in others):
        return None
    for own, other, nobody in triples:
        if _shows(own, marks) and _refuses(nobody, REFUSALS) and nobody.response is not None:
            hides = "refuses B" if _refuses(other, REFUSALS) else "does not show it to B"
            return f"{own.operation} refuses nobody with {nobody.response.status} and {hides}"
    return None


def _refuses(exchange: Exchange, statuses: frozenset[int] | set[int]) -> bool:
    assert exchange.actor in ("B", NOBODY)
    return exchange.response is not None and exchange.response.status in statuses


def _by_three(exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, ...]]:
    for place in range(0, len(exchanges) - 2, 3):
        yield exchanges[place], exchanges[place + 1], exchanges[place + 2]
