"""Foreign form: a page of another site sends a request to the service, and the browser adds the visitor's cookie.

What such a page can send is what a browser sends without asking first (Fetch standard, "CORS-safelisted"): POST, the
types of forms, plain text or no type at all, no header of its own, and no value that only a page of the service
told the visitor. The request carries the `Origin` and `Sec-Fetch-Site` that the browser would add.

Proven when it is accepted, changes something, and the same request without the cookie is refused. A correct service
could look guilty where its cookie never leaves the site: those with SameSite Lax or Strict do not count. One
without SameSite does, as minor: Firefox and Safari send it, and Chromium, which takes it for Lax, for two minutes after
it was set. Nor does a form count that holds what an answer told the visitor, whatever its name is: only ids are such
that another site may guess them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Scenario, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.encode import FORM
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.template import PLACEHOLDER
from crashworthy.weaknesses.crosssite import CROSS_SITE_CHANGE

CONTROL, FOREIGN = "control", "attack"

_SITE = "https://elsewhere.example"
_FOREIGN = (("Origin", _SITE), ("Referer", f"{_SITE}/page"), ("Sec-Fetch-Site", "cross-site"))
_TOKENS = word_set("csrf xsrf token nonce authenticity")
_LOGOUTS = word_set("logout signout")
_MOST_READS = 3


class ForeignForm(Experiment):
    """One candidate per operation that a cookie alone lets A do."""

    id = "foreign-form"
    title = "Forms of other sites"
    weaknesses = (CROSS_SITE_CHANGE,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations by POST, with no credential but a cookie."""
        return [
            Candidate(
                weakness=CROSS_SITE_CHANGE,
                operations=(operation.name,),
                why="is done with nothing but a cookie",
                priority=45.0,
                estimate_s=1.2,
                location=lab.handler(operation.name),
            )
            for operation in lab.operations
            if _way(operation, lab) is not None
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Each form of the request, on a copy of its own, until one is accepted."""
        recorder = Recorder(lab, self.id, limit_s=10.0)
        operation = lab.operation(candidate.operations[0])
        way = _way(operation, lab) if operation else None
        if way is not None:
            read = pick_readback(lab.operations, lab.playbook, way.steps[:-1], way.steps[-1:])
            reads = tuple(step for step in read.observe if step.method == "GET" and step.actor == way.actor)
            known = {save.name for step in way.steps[:-1] for save in step.saves if not _is_id(save)}
            try:
                for form in _forms(way.steps[-1], known):
                    good = way.steps[-1].model_copy(update={"saves": ()})
                    attack = (by_nobody(form), form, good)
                    _play(Scenario(setup=read.setup, attack=attack, observe=reads[:_MOST_READS]), recorder)
                    if _shown(recorder.trials) is not None:
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN for the first form that changed something."""
        shown = _shown(history.trials)
        if shown is not None:
            trial, changed = shown
            form = trial.scenario.attack[1]
            everywhere = _sent_along(trial) == "none"
            return Judgement(
                status=Status.PROVEN,
                severity=Severity.MAJOR if everywhere else Severity.MINOR,
                title=f"A form of another site makes {history.operations[0]} as whoever visits that site",
                expected="a token that other sites do not know, a check of Origin, or a cookie that stays on the site",
                seen=f"{form.content_type or 'no type'}, Origin {_SITE}: {_status(of_part(trial, 'attack')[1])}, "
                f"{changed}; without the cookie {_status(of_part(trial, 'attack')[0])}; the cookie is "
                f"{'with SameSite=None' if everywhere else 'without SameSite'}",
                why="whoever makes a page that a user opens acts as that user, who need not click anything"
                + ("" if everywhere else " (Firefox and Safari send such a cookie, Chromium for two minutes only)"),
                cvss=vector(logged_in=False, change="H", victim=True, chance=not everywhere),
                trial=trial.id,
                scenario=trial.scenario,
                location=history.location,
                operations=history.operations,
                trials=len(history.trials),
            )
        if not any(of_part(trial, "attack") for trial in history.trials):
            why = "; ".join(["the good request was not accepted again", *history.notes])
            return Judgement(status=Status.UNKNOWN, why=why, trials=len(history.trials))
        why = "; ".join([f"{len(history.trials)} forms of another site changed nothing", *history.notes])
        return Judgement(status=Status.HELD, why=why, trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The one form again."""
        return replayed(self.id, history, judgement, lab, _play)


def _way(operation: Operation, lab: Lab) -> Way | None:
    """The way of A to an operation that a form can make and that takes nothing but a cookie to say who asks."""
    if operation.method != "POST" or {*path_words(operation.path)} & _LOGOUTS:
        return None
    way = lab.playbook.way(operation.name, "A")
    if way is None or proves_identity(way.steps[-1]) or credentials(_without_tokens(way.steps[-1], set())):
        return None
    return way if any(step.actor == "A" and proves_identity(step) for step in way.steps[:-1]) else None


def _without_tokens(step: Step, told: set[str]) -> Step:
    """The step without what the service told its user to prove where the request comes from.

    `told` are values that were read from answers to the user: another site knows none of them. Ids it may guess.
    """
    headers = tuple(pair for pair in step.headers if not {*words(pair[0])} & _TOKENS)
    body = step.body
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if not _is_secret(name, value, told)}
    return step.model_copy(update={"headers": headers, "body": body})


def _is_secret(name: str, value: Json, told: set[str]) -> bool:
    named = {*words(name)}
    return bool(named & _TOKENS) or ("id" not in named and bool(_filled(value) & told))


def _is_id(save: Save) -> bool:
    """Whether what is saved names a thing, so that others may know or guess it."""
    return "id" in words(save.path.rsplit("/", 1)[-1]) and save.where is not ValueFrom.COOKIE


def _filled(value: Json) -> frozenset[str]:
    """Names of the values that are filled into a part of a body when it is sent."""
    return frozenset(PLACEHOLDER.findall(json.dumps(value)))


def _forms(step: Step, told: set[str]) -> Iterator[Step]:
    """The request as other sites can send it: as a form, as plain text, and without a type."""
    if _filled([step.path, *(text for pair in step.query for text in pair)]) & told:
        return  # the address itself is one that another site does not know
    bare = _without_tokens(step, told)
    kept = tuple(pair for pair in bare.headers if pair[0].lower().startswith("accept"))
    plain = bare.model_copy(update={"headers": (*kept, *_FOREIGN), "saves": (), "raw_body": None})
    kind = (step.content_type or "").partition(";")[0].strip().lower()
    if step.body is None or kind in (FORM, "multipart/form-data"):
        yield plain.model_copy(update={"content_type": kind or FORM})
        return
    yield plain.model_copy(update={"content_type": "text/plain", "body": json.dumps(plain.body)})
    if isinstance(plain.body, dict):
        yield plain.model_copy(update={"content_type": FORM})
    if not _filled(plain.body):
        raw = base64.b64encode(json.dumps(plain.body).encode()).decode("ascii")
        yield plain.model_copy(update={"content_type": None, "body": None, "raw_body": raw})


def _play(plan: Scenario, recorder: Recorder) -> None:
    """On one copy the good request; on another the reads twice, the form by nobody and by A, and the reads again."""
    by_nobody_and_a, good = plan.attack[:2], plan.attack[2:]
    for purpose, parts in (
        (CONTROL, (("attack", good),)),
        (FOREIGN, (("probe", plan.observe * 2), ("attack", by_nobody_and_a), ("observe", plan.observe))),
    ):
        with recorder.copy(plan, purpose) as stage:
            known = stage.player.play(plan.setup, "setup")
            stage.exchanges += known.exchanges
            for part, steps in parts:
                stage.exchanges += stage.player.play(steps, part, known.variables).exchanges
        recorder.keep(stage)


def _shown(trials: Sequence[Trial]) -> tuple[Trial, str] | None:
    """The trial whose form did what the good request does, and how that is seen."""
    for control, trial in pairwise(trials):
        good, attack = of_part(control, "attack"), of_part(trial, "attack")
        if (control.purpose, trial.purpose) != (CONTROL, FOREIGN) or len(good) != 1 or len(attack) != 2:
            continue
        nobody, visitor = attack
        set_up = (*of_part(control, "setup"), *of_part(trial, "setup"))
        if not all(each.response is not None and each.response.status < 400 for each in set_up):
            continue
        accepted = _answer(visitor) == _answer(good[0]) != _answer(nobody) and _answer(visitor)[0] < 400
        changed = _changed(control, good[0], trial, visitor) if accepted and nobody.response is not None else None
        if changed is not None and _sent_along(trial) is not None:
            return trial, changed
    return None


def _changed(control: Trial, good: Exchange, trial: Trial, visitor: Exchange) -> str | None:
    """That the form writes wherever the good request does, or that a read answers otherwise than twice before."""
    wanted, done = _writes(control, good), _writes(trial, visitor)
    if wanted and wanted <= done:
        return "it writes where the service's own page does"
    reads, before, after = len(trial.scenario.observe), of_part(trial, "probe"), of_part(trial, "observe")
    for first, second, last in zip(before[:reads], before[reads:], after, strict=False):
        if first.ok and last.ok and _text(first) == _text(second) != _text(last):
            return f"{last.operation} answers otherwise than before"
    return None


def _writes(trial: Trial, exchange: Exchange) -> frozenset[Location]:
    """Where a request wrote to a database or a file."""
    return frozenset(
        event.location
        for event in trial.events
        if event.exchange == exchange.id
        and event.location is not None
        and (event.kind == "file-write" or (event.kind == "sql" and event.data.get("write") is True))
    )


def _sent_along(trial: Trial) -> str | None:
    """How the service's cookies are marked: "none" or "" where a browser sends them from other sites, else None."""
    marks = [
        next((part.partition("=")[2].strip() for part in parts if part.strip().startswith("samesite")), "")
        for each in of_part(trial, "setup")
        if each.response is not None and each.actor == trial.scenario.attack[1].actor
        for name, value in each.response.headers
        if name.lower() == "set-cookie"
        for parts in [value.lower().split(";")[1:]]
    ]
    if not marks or any(mark in ("lax", "strict") for mark in marks):
        return None
    return "none" if "none" in marks else ""


def _answer(exchange: Exchange) -> tuple[int, str]:
    """The status, and where a redirect leads: pages answer forms by one, and send strangers to the login by another."""
    response = exchange.response
    if response is None:
        return 0, ""
    return response.status, urlsplit(response.header("Location")).path


def _text(exchange: Exchange) -> str:
    return exchange.response.body if exchange.response is not None else ""


def _status(exchange: Exchange) -> str:
    return f"status {exchange.response.status}" if exchange.response is not None else exchange.error or "no answer"
