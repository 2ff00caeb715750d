"""Other sites: does the service send visitors where a link says, and let scripts of any site read with their login?

A redirect is proven by a `Location` whose host, as a browser reads it, is the one that a parameter of the link named.
That an address which its author stored is redirected to (a short link) is no finding: the address must come from the
very request. Reading by any origin is proven where the origin is answered by name together with
`Access-Control-Allow-Credentials`, in an answer that is refused without the login, and the login is a cookie with
SameSite=None: with a token in a header another site's script has nothing to send, and other cookies browsers keep from
the scripts of other sites (Chromium takes them for Lax, Firefox and Safari keep them apart by site), so that only
sibling domains read. Those are told and not held against the service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.names import word_set, words
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.crosssite import OPEN_REDIRECT, OPEN_TO_ANY_ORIGIN

_HOST = "elsewhere.example"
_MOST_READS = 4
_ADDRESSES = (f"https://{_HOST}/page", f"//{_HOST}/page", f"https:{_HOST}/page")
_NAMES = word_set(
    "next url uri redirect return returnto goto target dest destination continue callback forward link to"
)
_ESTIMATE_S = 0.8


class OtherSites(Experiment):
    """A candidate per operation with a parameter for an address, and one for the cheapest read behind a cookie."""

    id = "other-sites"
    title = "Links to other sites, and scripts of other sites"
    weaknesses = (OPEN_REDIRECT, OPEN_TO_ANY_ORIGIN)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """See the class."""
        found = [
            Candidate(
                weakness=OPEN_REDIRECT,
                operations=(operation.name,),
                why="takes the address of a page",
                priority=55.0,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(operation.name),
            )
            for operation in lab.operations
            if operation.method == "GET" and any(True for _ in _redirects(operation))
        ]
        behind = _behind_cookie(lab)
        if behind:
            found.append(
                Candidate(
                    weakness=OPEN_TO_ANY_ORIGIN,
                    operations=(behind[0].operation,),
                    why="is read with a cookie",
                    priority=45.0,
                    estimate_s=_ESTIMATE_S,
                    location=None,
                )
            )
        return found

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id)
        operation = lab.operation(candidate.operations[0])
        plan = None
        if candidate.weakness == OPEN_REDIRECT and operation is not None:
            way = lab.playbook.way(operation.name)
            plan = Scenario(setup=way.steps[:-1] if way else (), attack=tuple(_redirects(operation)))
        elif candidate.weakness == OPEN_TO_ANY_ORIGIN:
            plan = _from_elsewhere(_behind_cookie(lab))
        if plan is not None:
            try:
                recorder.play(plan, "attack")
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN for the first answer that shows it."""
        for trial in history.trials:
            for step, exchange in zip(trial.scenario.attack, of_part(trial, "attack"), strict=False):
                judge = _redirected if history.weakness == OPEN_REDIRECT.id else _readable
                judgement = judge(step, exchange, trial)
                if judgement is not None:
                    return judgement.model_copy(update={"location": history.location, "trials": len(history.trials)})
        why = "; ".join(["other sites got nothing", *history.notes])
        return Judgement(status=Status.HELD, why=why, trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The one request again."""
        return replayed(self.id, history, judgement, lab, lambda plan, recorder: recorder.play(plan, "attack"))


def _redirects(operation: Operation) -> Iterator[Step]:
    """The operation by nobody with the address of another site in each parameter that may take one."""
    if "{" in operation.path:
        return
    for parameter in operation.parameters:
        if parameter.where is ParameterIn.QUERY and {*words(parameter.name)} & _NAMES:
            for address in _ADDRESSES:
                yield Step(
                    actor="nobody",
                    operation=operation.name,
                    method="GET",
                    path=operation.path,
                    query=((parameter.name, address),),
                )


def _redirected(step: Step, exchange: Exchange, trial: Trial) -> Judgement | None:
    response = exchange.response
    if response is None or response.status not in (301, 302, 303, 307, 308):
        return None
    # A browser reads "https:host" and backslashes as it reads "https://host" (URL standard, section 4.4).
    location = response.header("Location").replace("\\", "/")
    to = urlsplit(location if "//" in location else location.replace("https:", "https://", 1)).hostname
    if to != _HOST:
        return None
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.MINOR,
        title=f"{step.operation} redirects to any site that {step.query[0][0]!r} names",
        expected="an address of the service's own, or a refusal",
        seen=f"status {response.status}, Location: {location}",
        why="who makes a link decides where it ends, behind the service's name",
        cvss=vector(logged_in=False, beyond="L", victim=True),
        trial=trial.id,
        scenario=trial.scenario.model_copy(update={"attack": (step,)}),
        operations=(step.operation,),
        weakness=OPEN_REDIRECT.id,
    )


def _behind_cookie(lab: Lab) -> list[Way]:
    """Ways to reads that A may make with nothing but a cookie, those first that are surely refused to nobody."""
    found = [
        way
        for way in lab.playbook.ways
        if way.actor == "A"
        and way.steps[-1].method == "GET"
        and any(step.actor == "A" and proves_identity(step) for step in way.steps[:-1])
    ]
    return sorted(found, key=lambda way: (not credentials(way.steps[-1]), len(way.steps)))[:_MOST_READS]


def _from_elsewhere(ways: Sequence[Way]) -> Scenario:
    """The reads as a script of another site makes them, and the same by nobody.

    Headers that say who is calling are left out: a login may give a cookie as well.
    """
    joined = merge(ways)
    asked, plain = [], []
    for last in joined.last:
        kept = tuple(pair for pair in last.headers if pair not in credentials(last))
        plain.append(last.model_copy(update={"saves": (), "headers": kept}))
        asked.append(plain[-1].model_copy(update={"headers": (*kept, ("Origin", f"https://{_HOST}"))}))
    return Scenario(setup=joined.setup, attack=tuple(asked), observe=tuple(map(by_nobody, plain)))


def _readable(step: Step, exchange: Exchange, trial: Trial) -> Judgement | None:
    response = exchange.response
    nobody = [each for each in of_part(trial, "observe") if each.request.url == exchange.request.url]
    if response is None or not exchange.ok or not nobody or nobody[0].ok:
        return None
    named = response.header("Access-Control-Allow-Origin") == f"https://{_HOST}"
    if not named or response.header("Access-Control-Allow-Credentials").lower() != "true":
        return None
    cookies = [
        value.lower()
        for each in of_part(trial, "setup")
        if each.response is not None
        for name, value in each.response.headers
        if name.lower() == "set-cookie"
    ]
    stays = not any("samesite=none" in each.replace(" ", "") for each in cookies)
    cvss = vector(logged_in=False, read="H", victim=True)
    return Judgement(
        status=Status.OBSERVED if stays else Status.PROVEN,
        severity=Severity.MINOR if stays else severity(cvss),
        title=f"Scripts of any {'sibling domain' if stays else 'site'} read {step.operation} with the visitor's login",
        expected="no Access-Control-Allow-Origin for a site that the service does not know",
        seen=f"Origin https://{_HOST} is answered by name, with Access-Control-Allow-Credentials: true",
        why="browsers keep a cookie that is not SameSite=None from scripts of other sites, not of sibling domains"
        if stays
        else "every page that a user visits reads it",
        cvss=None if stays else cvss,
        trial=trial.id,
        scenario=trial.scenario.model_copy(update={"attack": (step,)}),
        operations=(step.operation,),
        weakness=OPEN_TO_ANY_ORIGIN.id,
    )
