"""Password trail: A signs up with a password that occurs nowhere else; where is it seen again?

In answers (also as a hash), in what the service prints, and in the files that it has written, in clear or as a digest
that everybody can compute without a salt, or in one round with the salt that stands beside it. The value is new in each
play, so wherever it is found it came from this request. A correct service could look guilty when an answer holds a mask
or the name of an algorithm under "password": only the password itself, its digests and the known forms of hashes count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity, Weakness
from crashworthy.lab.experiments.access.callers import by_another, by_nobody, credentials, proves_identity
from crashworthy.lab.experiments.access.views import body
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.exposure.salted import salted_digest
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.ways import as_actor, merge
from crashworthy.weaknesses.exposure import PASSWORD_AT_REST, PASSWORD_IN_LOG, PASSWORD_SHOWN

PRINTED, KEPT, SALTED = "printed", "kept-in-file", "salted-digest"
"""Kinds of events that this experiment adds to its trials: a line that the service printed, a file that it wrote, a row
with one round of a digest of the password and a salt."""

_PASSWORDS = frozenset({"password", "passwd", "pwd", "passphrase"})
_MARKED = "Pw0!${unique}1zqWx"
_PRIORITY, _ESTIMATE_S = 70.0, 1.5
_MOST_READS = 5
_HASH = re.compile(
    r"\$2[aby]\$|\$argon2|\$scrypt|scrypt:|pbkdf2|bcrypt|sha\d+\$|md5\$|([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$"
)
_DIGESTS = ("md5", "sha1", "sha256", "sha512")


class PasswordTrail(Experiment):
    """One play for the service."""

    id = "password-trail"
    title = "Where a password is seen again"
    weaknesses = (PASSWORD_SHOWN, PASSWORD_IN_LOG, PASSWORD_AT_REST)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """The operation by which A gets a password."""
        maker = _maker(lab)
        if maker is None:
            return ()
        return (
            Candidate(
                weakness=PASSWORD_AT_REST,
                operations=(maker.operation,),
                why="takes a password",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(maker.operation),
            ),
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id, quick_hashes=False)
        try:
            _play(_scenario(lab), recorder)
        except OutOfTimeError:
            recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return self.judgements(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """One per place in which the password was seen again."""
        found = [judgement for trial in history.trials for judgement in _judged(trial, history)]
        if found:
            return sorted(found, key=lambda each: -(each.severity or Severity.INFO).rank)
        if not any(_password(trial) for trial in history.trials):
            why = "; ".join(["no password was accepted again", *history.notes])
            return [Judgement(status=Status.UNKNOWN, why=why, trials=len(history.trials))]
        why = "the password was seen in no answer, no line of the output and no file"
        return [Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))]

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play."""
        return replayed(self.id, history, judgement, lab, _play, quick_hashes=False)


def _maker(lab: Lab) -> Step | None:
    """The first step by which A shows a password."""
    ways = sorted((way for way in lab.playbook.ways if way.actor == "A"), key=lambda way: len(way.steps))
    return next((step for way in ways for step in way.steps if step.actor == "A" and _sets(step)), None)


def _sets(step: Step) -> bool:
    return proves_identity(step) and isinstance(step.body, dict) and any(_is_password(name) for name in step.body)


def _scenario(lab: Lab) -> Scenario:
    reads = [way for way in lab.playbook.ways if way.steps[-1].method == "GET"]
    own = sorted((way for way in reads if way.actor == "A"), key=lambda way: len(way.steps))
    knowing = [way for way in own if any(step.actor == "A" and _sets(step) for step in way.steps)][:_MOST_READS]
    staff = [way for way in reads if way.actor == "admin"][:2]
    maker = _maker(lab)
    first = [] if maker is None or knowing else [way for way in lab.playbook.ways if maker in way.steps][:1]
    others = [as_actor(knowing[0], "B")] if knowing and not any(s.actor == "B" for s in knowing[0].steps) else []
    joined = merge((*first, *knowing, *others, *staff))
    mine = joined.last[len(first) : len(first) + len(knowing)]
    shown = [credentials(joined.last[len(first) + len(knowing)])] if others else []
    observe: list[Step] = []
    for step in mine:
        observe += [step, by_nobody(step), *(by_another(step, "B", headers) for headers in shown)]
    observe += [
        step.model_copy(update={"saves": ()}) for step in joined.last[len(first) + len(knowing) + len(others) :]
    ]
    setup = (*joined.setup, *joined.last[: len(first)])
    place = next((i for i, step in enumerate(setup) if step.actor == "A" and _sets(step)), 0)
    marked = tuple(_with_marked(step) for step in setup)
    return Scenario(setup=marked[:place], attack=marked[place : place + 1], observe=(*marked[place + 1 :], *observe))


def _play(plan: Scenario, recorder: Recorder) -> None:
    """The steps in order; then a look at the output and the files while the copy still runs."""
    with recorder.copy(plan, "attack") as stage:
        variables = None
        for part, steps in (("setup", plan.setup), ("attack", plan.attack), ("observe", plan.observe)):
            played = stage.player.play(steps, part, variables)
            stage.exchanges += played.exchanges
            variables = played.variables
        password = _password(stage.trial(""))
        printed = [line for line in stage.instance.output().splitlines() if password and password in line]
        files = list(recorder.lab.testbed.files_holding(_forms(password))) if password else []
        rows = list(recorder.lab.testbed.rows()) if password and not files else []
    events = [SensorEvent(at=0, kind=PRINTED, data={"text": line[:300]}) for line in printed[:3]]
    events += [SensorEvent(at=0, kind=KEPT, data={"path": path, "text": text}) for path, text in files[:6]]
    for row in rows:
        found = salted_digest(row.values, password)
        if found is not None:
            where = f"column {found[0]} of table {row.table} in {row.database}"
            events.append(SensorEvent(at=0, kind=SALTED, data={"path": where, "text": found[1]}))
    stage.events += events
    recorder.keep(stage)


def _with_marked(step: Step) -> Step:
    """The step of A's with the marked password in place of his."""
    if step.actor != "A" or not isinstance(step.body, dict):
        return step
    given: dict[str, Json] = {
        name: _MARKED if _is_password(name) and isinstance(value, str) else value for name, value in step.body.items()
    }
    return step.model_copy(update={"body": given})


def _is_password(name: str) -> bool:
    return bool({*words(name)} & _PASSWORDS)


def _password(trial: Trial) -> str:
    """The password as it was sent and accepted; "" when it was not."""
    exchange = next(iter(of_part(trial, "attack")), None)
    if exchange is None or not succeeded(exchange):
        return ""
    found = re.search(r"Pw0!\d+1zqWx|Pw0%21\d+1zqWx", exchange.request.body or "")
    return found[0].replace("%21", "!") if found else ""


def _forms(password: str) -> tuple[str, ...]:
    """The password, and its digests without a salt."""
    return (password, *(hashlib.new(name, password.encode()).hexdigest() for name in _DIGESTS))


def _judged(trial: Trial, history: History) -> Iterator[Judgement]:
    password = _password(trial)
    if not password:
        return
    forms = _forms(password)
    for event in trial.events:
        text, path = str(event.data.get("text", "")), str(event.data.get("path", ""))
        if event.kind == PRINTED or (event.kind == KEPT and path.endswith(".log") and text == password):
            where = f"in {path}" if path else "in the service's output"
            seen = f"the password {password!r} {where}" + (f": {text}" if not path else "")
            yield _proven(trial, history, PASSWORD_IN_LOG, "writes the password to the log", seen, Severity.MAJOR)
            break
    kept = [(str(e.data.get("text")), str(e.data.get("path"))) for e in trial.events if e.kind == KEPT]
    clear = next((path for text, path in kept if text == password and not path.endswith(".log")), None)
    digest = next(((text, path) for text, path in kept if text in forms[1:]), None)
    if clear is not None:
        seen = f"the password {password!r} in clear in {clear}"
        yield _proven(trial, history, PASSWORD_AT_REST, "keeps the password in clear", seen, Severity.MAJOR)
    elif digest is not None:
        name = _DIGESTS[forms.index(digest[0]) - 1]
        seen = f"the {name} digest of the password, without a salt, in {digest[1]}"
        title = f"keeps the password as {name} without a salt"
        yield _proven(trial, history, PASSWORD_AT_REST, title, seen, Severity.MAJOR)
    else:
        for event in trial.events:
            if event.kind == SALTED:
                how = str(event.data.get("text"))
                yield _proven(
                    trial, history, PASSWORD_AT_REST, f"keeps the password as one round of {how}",
                    f"the {how} in {event.data.get('path')}", Severity.MINOR,
                )  # fmt: skip
                break
    shown = [pair for each in trial.exchanges if (pair := _shown(each, forms)) is not None]
    if shown:
        exchange, what = min(shown, key=lambda pair: ("nobody", "B", "admin", "A").index(_who(pair[0])))
        other = _who(exchange) in ("nobody", "B")
        severity = Severity.BLOCKER if other else Severity.MAJOR if exchange.request.method == "GET" else Severity.MINOR
        reader = {"nobody": "anybody", "B": "another user", "admin": "an administrator"}.get(
            exchange.actor, "its owner"
        )
        yield _proven(
            trial, history, PASSWORD_SHOWN, f"is followed by an answer that shows {reader} {what}",
            f"{exchange.operation} as {exchange.actor}: {what}", severity,
        )  # fmt: skip


def _who(exchange: Exchange) -> str:
    return exchange.actor if exchange.actor in ("nobody", "B", "admin") else "A"


def _shown(exchange: Exchange, forms: Sequence[str]) -> tuple[Exchange, str] | None:
    """What of the password an answer shows."""
    if not exchange.ok or exchange.response is None:
        return None
    if forms[0] in exchange.response.body:
        return exchange, "the password in clear"
    if any(form in exchange.response.body for form in forms[1:]):
        return exchange, "a digest of the password without a salt"
    name = next((name for name, value in _fields(body(exchange)) if _is_password(name) and _HASH.match(value)), None)
    return (exchange, f"a password's hash in {name!r}") if name else None


def _fields(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, below in value.items():
            if isinstance(below, str):
                yield name, below
            yield from _fields(below)
    elif isinstance(value, list):
        for below in value:
            yield from _fields(below)


def _proven(trial: Trial, history: History, weakness: Weakness, what: str, seen: str, severity: Severity) -> Judgement:
    return Judgement(
        status=Status.PROVEN,
        severity=severity,
        title=f"{history.operations[0]} {what}",
        expected="nothing of a password but a slow, salted hash in the database",
        seen=seen,
        why=weakness.cost,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=history.operations,
        root=weakness.id,
        weakness=weakness.id,
        trials=len(history.trials),
    )
