"""Login kept: what a login leaves with the client, how well that is guarded, and whether it ever ends.

A read that nobody may make is made with what A's login gave, at once and after more than a year by the clock of the
service's process: what still opens then never ends. A correct service could look guilty where another clock decides, a
database's, a cache's or one that only runs forward, or where a library reads the time in a way that is not shifted:
so it is told only where the source speaks of an end at all, or the token names one.

How cookies are marked and whether a page may be put into a frame are facts worth telling. They break nothing by
themselves, and only cookies that carry the login, and pages with a form, are spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http.cookies import CookieError, SimpleCookie

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.accounts import shown_values
from crashworthy.lab.experiments.access.callers import by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.access.forge import read_jwt
from crashworthy.lab.experiments.crosssite.browser import is_page
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import placeholders
from crashworthy.weaknesses.credentials import TOKEN_WITHOUT_END
from crashworthy.weaknesses.crosssite import FRAMED_PAGE, UNGUARDED_COOKIE

SPEAKS_OF_AN_END = "speaks_of_an_end"
"""Setting of a history: whether the source says that anything expires."""

_NOW, _LATE = "attack", "late"
# Browsers end each cookie after 400 days (RFC 6265bis, section 5.5).
_LATE_S = 401 * 86_400.0
_END = re.compile(r"expir|\bttl|max_?age|lifetime|valid_until|timeout|monotonic|TTLCache|redis|memcache", re.IGNORECASE)
_PRIORITY, _ESTIMATE_S = 35.0, 1.0
_MOST_PAGES = 4
_LEAST_NAME = 8
_REFUSED = frozenset({401, 403})
_KEYS = frozenset({"key", "apikey", "secret"})


class LoginKept(Experiment):
    """One candidate: the shortest read after a login."""

    id = "login-kept"
    title = "What a login leaves with the client"
    weaknesses = (TOKEN_WITHOUT_END, UNGUARDED_COOKIE, FRAMED_PAGE)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """See the class."""
        way = _way(lab)
        if way is None:
            return ()
        return (
            Candidate(
                weakness=TOKEN_WITHOUT_END,
                also=(UNGUARDED_COOKIE, FRAMED_PAGE),
                operations=(way.operation,),
                why="is read with what a login gave",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
            ),
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A play now, and one that makes the read late."""
        recorder = Recorder(lab, self.id)
        way = _way(lab)
        if way is not None:
            read = way.steps[-1].model_copy(update={"saves": ()})
            pages = tuple(_pages(lab, way))
            now = Scenario(setup=way.steps[:-1], attack=(read,), observe=(by_nobody(read), *pages))
            late = now.model_copy(update={"observe": now.observe[:1], "settings": {clock.LATER: _LATE_S}})
            try:
                clock.play(recorder, now, _NOW)
                if Capability.CLOCK in lab.testbed.capabilities:
                    clock.play(recorder, late, _LATE)
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        speaks: Json = any(_END.search(file.text) for file in lab.tree.files)
        return recorder.history(candidate, {SPEAKS_OF_AN_END: speaks})

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """What never ends, and what is not guarded."""
        found = [each for trial in history.trials for each in _judged(trial, history)]
        if found:
            return sorted(found, key=lambda each: each.status is not Status.PROVEN)
        if not any(_opens(trial) for trial in history.trials):
            why = "the read was not refused to nobody, or not accepted again"
            return [Judgement(status=Status.UNKNOWN, why="; ".join([why, *history.notes]))]
        why = (
            "what the login gave ends, and is guarded" if len(history.trials) > 1 else "what the login gave is guarded"
        )
        return [Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))]

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The late play again."""
        return replayed(self.id, history, judgement, lab, lambda plan, recorder: clock.play(recorder, plan, _LATE))


def _way(lab: Lab) -> Way | None:
    """The shortest read that A makes with what a login, or a sign-up that logs in, gave."""
    found = []
    for way in lab.playbook.ways:
        logins = [step for step in way.steps[:-1] if step.actor == "A" and proves_identity(step)]
        given = {save.name for step in logins for save in step.saves if not {*words(save.path)} & _KEYS}
        shown = placeholders(_credentials_alone(way.steps[-1])) - {"unique"}
        # A key, which is asked for or given once and for all, is no login, and need not end.
        if way.actor == "A" and way.steps[-1].method == "GET" and logins and shown <= given:
            found.append(way)
    return min(found, key=lambda way: len(way.steps), default=None)


def _credentials_alone(step: Step) -> Step:
    return step.model_copy(update={"path": "/", "query": (), "body": None, "headers": credentials(step)})


def _pages(lab: Lab, way: Way) -> Iterator[Step]:
    """Other reads that the same set-up allows."""
    known = {step.model_dump_json() for step in way.steps[:-1]}
    alike = (
        each.steps[-1].model_copy(update={"saves": ()})
        for each in lab.playbook.ways
        if each.actor == "A"
        and each.steps[-1].method == "GET"
        and all(step.model_dump_json() in known for step in each.steps[:-1])
    )
    yield from [step for step, _ in zip(alike, range(_MOST_PAGES), strict=False)]


def _opens(trial: Trial) -> bool:
    """Whether the read is made by A and refused to nobody."""
    read, nobody = of_part(trial, "attack"), of_part(trial, "observe")[:1]
    if not (read and nobody and read[0].ok) or nobody[0].response is None:
        return False
    status = nobody[0].response.status
    return status in _REFUSED or (300 <= status < 400 and is_page(read[0]))


def _judged(trial: Trial, history: History) -> Iterator[Judgement]:
    if not _opens(trial):
        return
    if trial.purpose == _LATE:
        yield _without_end(trial, history)
    else:
        if not credentials(trial.scenario.attack[0]):
            yield from _cookies(trial)
        yield from _framed(trial)


def _without_end(trial: Trial, history: History) -> Judgement:
    tokens = [token for token in map(read_jwt, shown_values(trial, trial.scenario.attack)) if token is not None]
    names_an_end = any(token.lifetime_s is not None for token in tokens)
    signed = bool(tokens) and not names_an_end
    certain = signed or not (history.settings.get(SPEAKS_OF_AN_END) or names_an_end)
    cvss = vector(logged_in=True, read="L")
    read = of_part(trial, "attack")[0]
    return Judgement(
        status=Status.PROVEN if certain else Status.OBSERVED,
        severity=severity(cvss) if certain else Severity.INFO,
        title=f"What a login gives opens {read.operation} for ever",
        expected="401 for a login of last year",
        seen=f"{read.operation}: status {read.response.status if read.response else 0}, {_LATE_S / 86_400:.0f} days "
        "after the login, by the clock of the service's process" + ("; the token names no end" if signed else ""),
        why="who finds an old token, in a log or a backup, has the account"
        if certain
        else "another clock than the process's may decide when it ends",
        cvss=cvss if certain else None,
        trial=trial.id,
        scenario=trial.scenario,
        trials=len(history.trials),
        weakness=TOKEN_WITHOUT_END.id,
    )


def _cookies(trial: Trial) -> Iterator[Judgement]:
    """What the cookies of the login lack."""
    for exchange in of_part(trial, "setup"):
        for name, value in exchange.response.headers if exchange.response is not None else ():
            if name.lower() != "set-cookie" or exchange.actor != "A":
                continue
            for key, marks in _parsed(value).items():
                lacks = [mark for mark in ("HttpOnly", "Secure", "SameSite") if not marks[mark.lower()]]
                # A login is named by something long; a colour or a language is not.
                if lacks and "csrf" not in key.lower() and len(marks.value) >= _LEAST_NAME:
                    yield _told(trial, UNGUARDED_COOKIE.id, f"The cookie {key} of a login lacks {_and(lacks)}", value)


def _parsed(text: str) -> SimpleCookie:
    try:
        return SimpleCookie(text)
    except CookieError:
        return SimpleCookie()


def _framed(trial: Trial) -> Iterator[Judgement]:
    """The first page with a form that other sites may put into a frame (CSP level 3, frame-ancestors; RFC 7034)."""
    for exchange in (*of_part(trial, "attack"), *of_part(trial, "observe")[1:]):
        response = exchange.response
        if response is None or not exchange.ok or not is_page(exchange) or "<form" not in response.body.lower():
            continue
        policy = response.header("Content-Security-Policy").lower()
        if not response.header("X-Frame-Options") and "frame-ancestors" not in policy:
            title = f"{exchange.operation}, a page with a form, may be put into a frame of another site"
            yield _told(trial, FRAMED_PAGE.id, title, "neither X-Frame-Options nor frame-ancestors", exchange)
            return


def _told(trial: Trial, weakness: str, title: str, seen: str, exchange: Exchange | None = None) -> Judgement:
    return Judgement(
        status=Status.OBSERVED,
        severity=Severity.INFO,
        title=title,
        seen=seen,
        why="a second line of defence is missing; nothing is broken by it alone",
        trial=trial.id,
        scenario=trial.scenario,
        operations=(exchange.operation,) if exchange is not None else (),
        trials=1,
        weakness=weakness,
    )


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
