"""Active upload: A uploads a page with script of its own, and others open what the service made of it.

The file is HTML, or an image in SVG; where it can be read is learned from the reads that follow an upload, and from
the addresses in its answer. Proven when nobody in particular, or B, gets it back as a page in which a browser would
run the handler. Told only where A alone can open it. A service that serves such files as downloads, as plain text,
under a policy that forbids script, or that refuses them, holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.playbook import Caller, Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.access.callers import by_another, by_nobody
from crashworthy.lab.experiments.crosssite.browser import forbids_inline_script, is_page
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.injection.inputs import Input, Kind, inputs
from crashworthy.lab.experiments.rating import vector
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.weaknesses.crosssite import ACTIVE_UPLOAD

INPUT = "input"
"""Setting: the input that the file is uploaded as."""

_HANDLER = "cwupload()"
_FILES = (
    ("page.html", "text/html", f"<!doctype html><title>x</title><body onload={_HANDLER}>x</body>"),
    ("image.svg", "image/svg+xml", f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_HANDLER}"/>'),
    # Where the name is looked at and the type is believed.
    ("image.png", "text/html", f"<!doctype html><title>x</title><body onload={_HANDLER}>x</body>"),
)
_MOST_READS = 4
_ADDRESS = re.compile(r"^(https?://[^\s\"']+|/[\w][^\s\"']*)$")


class ActiveUpload(Experiment):
    """One candidate per operation that takes a file."""

    id = "active-upload"
    title = "Uploads that are pages"
    weaknesses = (ACTIVE_UPLOAD,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations whose good request holds a file, by a user who is no administrator."""
        return [
            Candidate(
                weakness=ACTIVE_UPLOAD,
                operations=(operation.name,),
                why="takes a file",
                priority=45.0,
                estimate_s=1.5,
                location=lab.handler(operation.name),
            )
            for operation in lab.operations
            if (way := lab.playbook.way(operation.name)) is not None
            and way.actor != "admin"
            and any(place.kind is Kind.FILE for place in inputs(way.steps[-1], operation))
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Each file on a copy of its own, until one is served as a page."""
        recorder = Recorder(lab, self.id, limit_s=10.0)
        operation, way = lab.operation(candidate.operations[0]), lab.playbook.way(candidate.operations[0])
        if operation is not None and way is not None:
            place = next(each for each in inputs(way.steps[-1], operation) if each.kind is Kind.FILE)
            other = next((each for each in lab.playbook.callers if each.actor == "B"), None)
            try:
                for upload in _uploads(place):
                    reads = [step for read in _reads(way, lab) for step in _readers(read, other)]
                    setup = (*(other.steps if other else ()), *way.steps[:-1])
                    settings: dict[str, Json] = {INPUT: place.name}
                    plan = Scenario(setup=setup, attack=(upload,), observe=tuple(reads), settings=settings)
                    _play(plan, recorder, other)
                    if any(True for _ in _opened(recorder.trials[-1])):
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN for a file that somebody else opens as a page."""
        told: Judgement | None = None
        for trial in history.trials:
            for exchange in _opened(trial):
                found = _told(exchange, trial, history)
                if found.status is Status.PROVEN:
                    return found
                told = told or found
        if told is not None:
            return told
        if not any(exchange.done for trial in history.trials for exchange in of_part(trial, "attack")):
            why = "; ".join(["pages were refused as uploads", *history.notes])
        else:
            why = "; ".join(["no upload was served as a page", *history.notes])
        return Judgement(status=Status.HELD, why=why, trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same file again."""
        recorder = Recorder(lab, self.id)
        if judgement.scenario is not None:
            other = next((each for each in lab.playbook.callers if each.actor == "B"), None)
            try:
                _play(judgement.scenario, recorder, other)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _uploads(place: Input) -> Iterator[Step]:
    for name, kind, content in _FILES:
        file: dict[str, Json] = {"filename": name, "content_type": kind, "content": content}
        yield place.put(file)


def _reads(way: Way, lab: Lab) -> Iterator[Step]:
    """Reads that go on where the upload ends: of what it made."""
    found = 0
    for other in lab.playbook.ways:
        last = other.steps[-1]
        follows = other.steps[: len(way.steps)] == way.steps and len(other.steps) == len(way.steps) + 1
        if last.method == "GET" and follows and found < _MOST_READS:
            found += 1
            yield last.model_copy(update={"saves": ()})


def _readers(read: Step, other: Caller | None) -> Iterator[Step]:
    """The read by nobody, by B and by A."""
    yield by_nobody(read)
    if other is not None:
        yield by_another(read, "B", other.headers)
    yield read


def _play(plan: Scenario, recorder: Recorder, other: Caller | None) -> None:
    """Upload; read what follows, and what the answer names."""
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        uploaded = stage.player.play(plan.attack, "attack", known.variables)
        stage.exchanges += uploaded.exchanges
        named = [
            step
            for address in _addresses(uploaded.exchanges[-1], stage.player.base_url)
            for step in _readers(_get(address, plan.attack[0]), other)
        ]
        stage.exchanges += stage.player.play((*plan.observe, *named), "observe", uploaded.variables).exchanges
    recorder.keep(stage)


def _addresses(exchange: Exchange, base_url: str) -> list[str]:
    """Paths of the service that the answer to an upload names."""
    if not exchange.ok or exchange.response is None:
        return []
    try:
        texts = list(_texts(json.loads(exchange.response.body)))
    except ValueError:
        texts = []
    texts.append(exchange.response.header("Location"))
    own = urlsplit(base_url).netloc
    parts = [urlsplit(text) for text in texts if _ADDRESS.match(text)]
    paths = [part.path + (f"?{part.query}" if part.query else "") for part in parts if part.netloc in ("", own)]
    return list(dict.fromkeys(path for path in paths if "$" not in path))[:_MOST_READS]


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in below:
        yield from _texts(part)


def _get(path: str, upload: Step) -> Step:
    kept = tuple(pair for pair in upload.headers if not pair[0].lower().startswith("content-"))
    return Step(actor=upload.actor, operation=f"GET {path.partition('?')[0]}", method="GET", path=path, headers=kept)


def _opened(trial: Trial) -> Iterator[Exchange]:
    """Answers in which a browser would run the handler, those that others get first."""
    content = next((text for name, _, text in _FILES if f'"{name}"' in trial.scenario.attack[0].model_dump_json()), "")
    reads = [each for each in of_part(trial, "observe") if each.ok and each.response is not None and is_page(each)]
    for exchange in sorted(
        reads, key=lambda each: ("nobody", "B").index(each.actor) if each.actor in ("nobody", "B") else 2
    ):
        response = exchange.response
        if response is None or not content or content not in response.body or forbids_inline_script(response):
            continue
        if "sandbox" not in response.header("Content-Security-Policy").lower():
            yield exchange


def _told(exchange: Exchange, trial: Trial, history: History) -> Judgement:
    others = exchange.actor in ("nobody", "B")
    reader = {"nobody": "anybody", "B": "another user"}.get(exchange.actor, "who uploaded it")
    kind = exchange.response.header("Content-Type") if exchange.response else ""
    cvss = vector(logged_in=trial.scenario.attack[0].actor != "nobody", read="L", change="L", victim=True)
    return Judgement(
        status=Status.PROVEN if others else Status.OBSERVED,
        severity=Severity.MAJOR if others else Severity.MINOR,
        title=f"{history.operations[0]}: a file with script is opened as a page of the service",
        expected="a refusal, a download, or a policy that forbids script",
        seen=f"{exchange.request.method} {urlsplit(exchange.request.url).path} gives {reader} the file as {kind}, "
        f"with its handler {_HANDLER}",
        why="who uploads it acts in the browser of everybody who opens the link"
        if others
        else "only its uploader can open it",
        cvss=cvss if others else None,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=history.operations,
        trials=len(history.trials),
    )
