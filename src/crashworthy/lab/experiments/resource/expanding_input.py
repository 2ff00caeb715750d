"""Expanding input: a zip file, an image, an XML document or a compressed body that is small and becomes large.

Proven by the memory of the service's processes, which grows by a hundred megabytes while it answers, and hardly at all
for the good request and for a document of the same kind and size that stays as it is; both are sent before on the same
copy, so that what is loaded for the first of a kind is there. A service that looks at the announced size, reads in
pieces or stops at a limit holds.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.experiments.injection.entities import document_of
from crashworthy.lab.experiments.injection.inputs import Input, Kind, inputs
from crashworthy.lab.experiments.rating import vector, who
from crashworthy.lab.experiments.resource.bombs import Bomb, as_json, entity_bomb, gzip_bomb, image_bomb, zip_bomb
from crashworthy.lab.experiments.resource.measured import SHOWN, Measured, with_good_request
from crashworthy.lab.experiments.resource.meter import MIB, costs_of, play_measured
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder
from crashworthy.lab.traffic.template import placeholders
from crashworthy.weaknesses.resource import EXPANDING_INPUT

INPUT, FORM, DOCUMENT = "input", "form", "document"
"""Settings of a scenario: the input in words, the kind of the document, and the good one (Base64) where it matters."""

ZIP, IMAGE, XML, GZIP = "zip file", "image", "XML document", "gzip body"
_GROWN = 96 * MIB
_TIMES = 12
_QUIET = 2 * MIB
_TIMEOUT_S = 10.0
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_PACKERS = ("gzip", "zlib", "Content-Encoding", "content-encoding")


@dataclass(frozen=True)
class _Carrier:
    """How a request carries a document: `${plain}` and `${large}` are filled in when it is sent."""

    title: str
    form: str
    plain: Step
    large: Step
    document: str = ""

    def scenario(self, setup: tuple[Step, ...], good: Step) -> Scenario:
        """The good request, a plain document and a large one; and the good request again."""
        settings: dict[str, Json] = {INPUT: self.title, FORM: self.form, DOCUMENT: self.document}
        return Scenario(setup=setup, attack=(good, self.plain, self.large), observe=(good,), settings=settings)


class ExpandingInput(Measured):
    """One candidate per operation that takes such a document."""

    id = "expanding-input"
    title = "Small documents that become large"
    weaknesses = (EXPANDING_INPUT,)
    untried = "the good request was not accepted again"
    cheap = "{tried} documents that could become large did not"
    replay_s = 4.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations whose good request holds a zip file, an image or XML, or whose service unpacks bodies."""
        unpacks = _unpacks(lab)
        return [
            Candidate(
                weakness=EXPANDING_INPUT,
                operations=(operation.name,),
                why=f"takes a {first.form}",
                priority=55.0,
                estimate_s=3.0,
                location=lab.handler(operation.name),
                proof_s=3.0 * self.replay_s,
            )
            for operation in lab.operations
            if (way := lab.playbook.way(operation.name)) is not None
            and (first := next(_carriers(way.steps[-1], operation, unpacks=unpacks), None)) is not None
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Each document on a copy of its own, until one shows it."""
        recorder = Recorder(lab, self.id, limit_s=25.0)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        operation = lab.operation(candidate.operations[0])
        if base is not None and operation is not None:
            good = base.steps[0].model_copy(update={"saves": ()})
            try:
                for carrier in _carriers(good, operation, unpacks=_unpacks(lab)):
                    _play(carrier.scenario(base.setup, good), recorder)
                    if _judged(recorder.trials[-1], recorder.history(candidate)) is not None:
                        break
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def shown(self, trial: Trial, history: History) -> Judgement | None:
        """A document that took hundreds of megabytes."""
        return _judged(trial, history)

    def play(self, scenario: Scenario, recorder: Recorder) -> None:
        """The good request, and both documents."""
        _play(scenario, recorder)

    def tried(self, history: History) -> int:
        """Plays whose good request was accepted."""
        return with_good_request(history)


def _unpacks(lab: Lab) -> bool:
    return any(word in file.text for file in lab.tree.files for word in _PACKERS)


def _carriers(step: Step, operation: Operation, *, unpacks: bool) -> Iterator[_Carrier]:
    """The request with each document that it may carry."""
    for place in inputs(step, operation):
        document = document_of(place.good)
        if document and place.kind in {Kind.BODY, Kind.FILE, Kind.FIELD}:
            yield _Carrier(place.title, XML, *_both(place), document=_encoded(document.encode()))
        form = _form(place)
        if form:
            yield _Carrier(place.title, form, *_both(place))
    is_json = "json" in (step.content_type or "json") and isinstance(step.body, dict)
    if unpacks and is_json and not placeholders(step.model_copy(update={"path": "/", "headers": (), "query": ()})):
        packed = step.model_copy(update={"headers": (*step.headers, ("Content-Encoding", "gzip")), "body": None})
        plain, large = (packed.model_copy(update={"raw_body": f"${{{name}}}"}) for name in ("plain", "large"))
        yield _Carrier("the body", GZIP, plain, large, document=_encoded(as_json(step.body)))


def _both(place: Input) -> tuple[Step, Step]:
    """The request with the plain and with the large document in that place."""
    if place.kind is Kind.FILE:
        return place.put({"base64": "${plain}"}), place.put({"base64": "${large}"})
    if place.kind is Kind.BODY:
        kind = place.step.content_type
        return tuple(  # type: ignore[return-value]
            place.put({"raw_body": f"${{{name}}}", "content_type": kind}) for name in ("plain", "large")
        )
    ending = "" if _form(place) else "_text"
    return place.put(f"${{plain{ending}}}"), place.put(f"${{large{ending}}}")


def _form(place: Input) -> str | None:
    """Whether the good request has a zip file or an image there, as a file or as Base64."""
    good = place.good.get("base64") if isinstance(place.good, dict) else place.good
    if place.kind not in {Kind.FILE, Kind.FIELD} or not isinstance(good, str) or "${" in good:
        return None
    try:
        content = base64.b64decode(good, validate=True)
    except ValueError:
        return None
    return ZIP if content.startswith(b"PK") else IMAGE if content.startswith(_IMAGES) else None


def _play(scenario: Scenario, recorder: Recorder) -> None:
    bomb = _bomb(str(scenario.settings[FORM]), base64.b64decode(str(scenario.settings[DOCUMENT])))
    given: dict[str, Json] = {"plain": _encoded(bomb.plain), "large": _encoded(bomb.large)}
    if scenario.settings[FORM] == XML:
        given |= {"plain_text": bomb.plain.decode(), "large_text": bomb.large.decode()}
    with recorder.copy(scenario, SHOWN, timeout_s=_TIMEOUT_S) as stage:
        known = stage.player.play(scenario.setup, "setup", given)
        stage.exchanges += known.exchanges
        if known.done:
            for part, steps in (("attack", scenario.attack), ("observe", scenario.observe)):
                known, _ = play_measured(stage, steps, part, known.variables)
    recorder.keep(stage)


def _bomb(form: str, document: bytes) -> Bomb:
    match form:
        case "zip file":
            return zip_bomb()
        case "image":
            return image_bomb()
        case "gzip body":
            return gzip_bomb(document)
        case _:
            return entity_bomb(document.decode())


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _judged(trial: Trial, history: History) -> Judgement | None:
    measured = costs_of(trial, "attack")
    if len(measured) != 3 or not measured[0][0].done:
        return None
    (_, good), (_, plain), (exchange, large) = measured
    most_else = max(_QUIET, good.grown, plain.grown)
    if large.grown < _GROWN or large.grown < _TIMES * most_else:
        return None
    form, name = trial.scenario.settings.get(FORM), trial.scenario.settings.get(INPUT)
    sent = len(exchange.request.body or "") * (3 if exchange.request.binary else 4) // 4
    ended = trial.crashed
    answer = f"status {exchange.response.status}" if exchange.response else exchange.error
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.BLOCKER if ended else Severity.MAJOR,
        title=f"{exchange.operation}: a small {form} as {name} takes hundreds of megabytes",
        expected="what would become larger than a limit is refused before it is read whole",
        seen=f"{sent // 1024 or 1} KiB as {name}: memory grew by {large.grown // MIB} MiB, for the good request and a "
        f"plain {form} of that size by {most_else // MIB} MiB at most; {answer}"
        + ("; the service's process ended" if ended else ""),
        why=f"{who(exchange)}, with some such requests at once, takes all of the machine's memory",
        cvss=vector(logged_in=who(exchange).endswith("account"), stop="H" if ended else "L"),
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(exchange.operation,),
        root=str(form),
    )
