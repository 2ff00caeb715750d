"""Traceback shown: errors are caused with a few odd requests, and their answers are read.

Proven by an answer that names a file and line of the service in a Python traceback, by Django's debug page, or by
Werkzeug's debugger. Texts alone could be an article about tracebacks, so only answers with an error status count, and
a traceback must name a file of the service. Told only where the source leaves debug mode off unless
a variable switches it on: then it was the run, or the example of its variables, that did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import is_identified
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.rating import severity, vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.exposure import TRACEBACK_SHOWN

FILES = "files"
"""Setting of the history: the paths of the service's own files."""

SWITCHED = "switched"
"""Setting of the history: whether the source reads a variable for debug mode and has it off without."""

_SWITCH = re.compile(r"DEBUG|(^|_)ENV(IRONMENT)?$", re.IGNORECASE)
_OFF = frozenset({None, "", "0", "false", "no", "off", "prod", "production"})
_UNKNOWN = Step(operation="GET /", method="GET", path="/crashworthy-knows-no-such-path", actor="nobody")
_PRIORITY, _ESTIMATE_S = 75.0, 1.0
_MOST_OPERATIONS = 6
_FRAME = re.compile(r"File (?:&quot;|&#34;|\\?\")([^\"&\\]+)(?:&quot;|&#34;|\\?\"), line (\d+)")
_DJANGO = re.compile(r"You.{1,8}re seeing this error because you have\s+<code>DEBUG = True</code>")
_WERKZEUG = re.compile(r"__debugger__=yes&amp;cmd=resource|EVALEX(?:_TRUSTED)? = ")


class TracebackShown(Experiment):
    """One play for the service."""

    id = "traceback-shown"
    title = "Errors on purpose, and what their answers show"
    weaknesses = (TRACEBACK_SHOWN,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """One: which operation it starts from does not matter."""
        if not lab.operations:
            return ()
        return (
            Candidate(
                weakness=TRACEBACK_SHOWN,
                operations=(_UNKNOWN.operation,),
                why="every service makes errors",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
            ),
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A path that is not there, bodies that are no objects and bodies of odd values, on one copy."""
        recorder = Recorder(lab, self.id, limit_s=10.0)
        ways = [
            way
            for way in sorted(lab.playbook.ways, key=lambda way: len(way.steps))
            if isinstance(way.steps[-1].body, dict) and "json" in (way.steps[-1].content_type or "json")
        ][:_MOST_OPERATIONS]
        joined = merge(ways)
        odd = [
            step.model_copy(update={"body": value, "saves": ()}) for step in joined.last for value in _odd(step.body)
        ]
        strange = [each for way in lab.playbook.ways if (each := _strange(way.steps)) is not None][:_MOST_OPERATIONS]
        try:
            recorder.play(Scenario(setup=joined.setup, attack=(_UNKNOWN, *odd, *strange)), "attack", timeout_s=5.0)
        except OutOfTimeError:
            recorder.notes.append("the time ended before it was tried")
        files: list[Json] = [file.path for file in lab.tree.files]
        switched = any(
            _SWITCH.search(read.name) and (read.default.lower() if read.default else None) in _OFF
            for read in lab.tree.environment
        )
        return recorder.history(candidate, {FILES: files, SWITCHED: switched})

    def judge(self, history: History) -> Judgement:
        """PROVEN for the worst answer."""
        files = history.settings.get(FILES)
        own = tuple(str(path) for path in files) if isinstance(files, list) else ()
        tried = sum(len(of_part(trial, "attack")) for trial in history.trials)
        for trial in history.trials:
            for step, exchange in zip(trial.scenario.attack, of_part(trial, "attack"), strict=False):
                what = _seen(exchange, own)
                if what is None:
                    continue
                # Whoever signs up can cause it as well, which is no hurdle where a sign-up is open.
                logged_in = is_identified((*trial.scenario.setup, step), step.actor) and step.actor != "nobody"
                cvss = vector(logged_in=logged_in, read="H")
                told_only = history.settings.get(SWITCHED) is True
                return Judgement(
                    status=Status.OBSERVED if told_only else Status.PROVEN,
                    severity=Severity.MINOR if told_only else severity(cvss),
                    title=f"An error of {step.operation} shows {what[0]}",
                    expected="an answer that says no more than that something failed",
                    seen=f"{exchange.request.method} {step.path}: status {_status(exchange)} with {what[1]}",
                    why="a variable switches it on, which this run may have set"
                    if told_only
                    else "whoever causes an error reads source, paths and settings",
                    cvss=None if told_only else cvss,
                    trial=trial.id,
                    scenario=trial.scenario.model_copy(update={"attack": (step,)}),
                    operations=(step.operation,),
                    root="debug",
                    trials=tried,
                )
        why = "; ".join([f"{tried} odd requests showed nothing of the inside", *history.notes])
        return Judgement(status=Status.HELD, why=why, trials=tried)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The one request again."""
        return replayed(self.id, history, judgement, lab, lambda plan, recorder: recorder.play(plan, "attack"))


def _odd(body: Json) -> Iterator[Json]:
    yield []
    yield "text"
    yield {"": None}
    if isinstance(body, dict):
        # What no encoding takes, what no column takes, and what no integer of 64 bits takes.
        for text, number in (("\ud800", 10**30), ("x" * 5000, -1)):
            yield {name: _odd_value(value, text, number) for name, value in body.items()}


def _odd_value(value: Json, text: str, number: int) -> Json:
    if isinstance(value, bool) or value is None:
        return value
    return text if isinstance(value, str) else number if isinstance(value, int | float) else value


def _strange(steps: Sequence[Step]) -> Step | None:
    """A read without setup, with parameters that are no numbers."""
    last = steps[-1]
    if last.method != "GET" or len(steps) > 1:
        return None
    query = tuple((name, "%00\udfff-1e999") for name, _ in last.query) or (("page", "x"), ("limit", "x"))
    return last.model_copy(update={"query": query, "saves": ()})


def _seen(exchange: Exchange, own: Sequence[str]) -> tuple[str, str] | None:
    """What an error answer shows: in a few words, and where it is seen."""
    if exchange.response is None or exchange.response.status < 400:
        return None
    text = exchange.response.body
    if _DJANGO.search(text):
        return "Django's debug page", "the page that Django shows while DEBUG is True"
    if _WERKZEUG.search(text):
        return "Werkzeug's debugger", "the debugger's page, which runs Python for who knows its PIN"
    for path, line in _FRAME.findall(text):
        if "site-packages" in path or "/lib/python" in path:
            continue
        file = next((name for name in own if path == name or path.endswith("/" + name)), None)
        if file is not None:
            return "a traceback", f"a traceback that names {file}, line {line}"
    return None


def _status(exchange: Exchange) -> int:
    return exchange.response.status if exchange.response is not None else 0
