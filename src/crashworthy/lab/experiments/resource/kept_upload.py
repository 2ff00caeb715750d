"""Kept upload: files are uploaded and deleted again, or refused; are they still there when all is said to be gone?

Each upload ends with bytes of its own, by which its file is found among those that the service has written. Proven when
the service said that it deleted the object (2xx, and the object is answered with 404 or 410 from then on), or that it
refused the file, and the files of all rounds are still there some time later. How a correct service could look guilty:
a job removes files later, a trash keeps them to be restored, older versions are kept on purpose, what is refused is
kept to be examined. So it is told only where the source removes files anywhere, or something has such a name. Content
is different in each round, so that a store that keeps one file for many uploads has no other use of it.
"""

from __future__ import annotations

import ast
import base64
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import placeholders, rename
from crashworthy.lab.traffic.ways import another
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.resource import KEPT_UPLOAD

STORED, LEFT = "stored", "left"
"""Kinds of events: a file that is there after the upload, and one that is there at the end."""

REMOVES, RESTORES = "removes", "restores"
"""Settings of the history: whether the source removes files anywhere, and whether it speaks of a trash or the like."""

_ROUNDS = 3
_SETTLE_S = 2.0
_PRIORITY, _ESTIMATE_S = 35.0, 3.5
_END = "crashworthy-upload-{number:02d}-{purpose}-"
_MARKER = re.compile(r"crashworthy-upload-\d\d-(?:kept|refused)-")
_REMOVING = frozenset({"unlink", "remove", "rmtree", "removedirs", "delete_file", "delete_object", "TemporaryFile"})
_LATER = re.compile(
    r"(?i)trash|restore|undelete|recycle|quarantin|retention|purge|clean_?up|sweep|reaper|-delete\b|crontab"
)
_RESTORING = re.compile(rf"{_LATER.pattern}|archiv|version|histor")
_LARGEST = 64 * 1024
_NO_PICTURE = {"filename": "upload.exe", "content_type": "application/x-msdownload"}


class KeptUpload(Experiment):
    """One candidate per operation that takes a file."""

    id = "kept-upload"
    title = "Uploads that are deleted or refused"
    weaknesses = (KEPT_UPLOAD,)
    replay_s = 3.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Operations whose good request holds a file."""
        suspected = {
            name: each for each in lab.suspicions if each.weakness == KEPT_UPLOAD.id for name in each.operations
        }
        return [
            Candidate(
                weakness=KEPT_UPLOAD,
                operations=(operation.name,),
                why=suspected[operation.name].message if operation.name in suspected else "takes a file",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                location=lab.handler(operation.name),
                suspected=operation.name in suspected,
                waits_s=_SETTLE_S,
            )
            for operation in lab.operations
            if (way := lab.playbook.way(operation.name)) is not None and _files(way.steps[-1])
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Uploads that are deleted, where there is a way to; then uploads that may be refused."""
        recorder = Recorder(lab, self.id, limit_s=20.0)
        way = lab.playbook.way(candidate.operations[0])
        if way is not None:
            deleting = _deleting(way, lab)
            plans = [_deleted(way, deleting, lab)] if deleting is not None else []
            try:
                for plan in (*plans, _refused(way)):
                    _play(plan, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        settings: dict[str, Json] = {REMOVES: _removes_files(lab.tree), RESTORES: _speaks_of_later(lab)}
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """PROVEN when what was said to be gone is there, and nothing in the source could remove it."""
        for trial in history.trials:
            said = _said(trial)
            paths = _left(trial) if said is not None else []
            if said is not None and len(paths) >= len(trial.scenario.attack):
                return _told(said, paths, trial, history)
        tried = [_said(trial) for trial in history.trials]
        why = "what was deleted or refused was not found" if any(tried) else "nothing was deleted, and nothing refused"
        return Judgement(status=Status.HELD, why="; ".join([why, *history.notes]), trials=len(history.trials))

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same rounds again."""
        return replayed(self.id, history, judgement, lab, _play)


def _files(step: Step) -> list[str]:
    """Names of the multipart fields that hold a file."""
    fields = step.body.items() if isinstance(step.body, dict) else ()
    return [name for name, value in fields if isinstance(value, dict) and "filename" in value]


def _deleting(way: Way, lab: Lab) -> Way | None:
    """A way that uploads the same and then deletes it."""
    for other in lab.playbook.ways:
        last = other.steps[-1]
        made = {save.name for step in other.steps[:-1] if step.operation == way.operation for save in step.saves}
        if last.method == "DELETE" and placeholders(last.model_copy(update={"headers": ()})) & made:
            return other
    return None


def _deleted(way: Way, deleting: Way, lab: Lab) -> Scenario:
    """Rounds of an upload (setup), its deletion (attack), and a look at the object (observe)."""
    upload = next(step for step in deleting.steps if step.operation == way.operation)
    before = deleting.steps[: deleting.steps.index(upload)]
    setup: list[Step] = [*before]
    attack: list[Step] = []
    observe: list[Step] = []
    readers = [
        other.steps[-1]
        for other in lab.playbook.ways
        if other.steps[-1].method == "GET" and other.steps[-1].path == deleting.steps[-1].path
    ]
    for number in range(_ROUNDS):
        names = {save.name: f"{save.name}_round{number}" for save in upload.saves}
        marked = _marked(another(upload) if number else upload, _END.format(number=number, purpose="kept"))
        setup.append(rename(marked, names))
        attack.append(rename(deleting.steps[-1], names).model_copy(update={"saves": ()}))
        observe += [rename(step, names).model_copy(update={"saves": ()}) for step in readers[:1]]
    return Scenario(setup=tuple(setup), attack=tuple(attack), observe=tuple(observe))


def _refused(way: Way) -> Scenario:
    """Rounds of an upload that is no file of the kind that is asked for."""
    rounds = [
        _marked(way.steps[-1], _END.format(number=number, purpose="refused"), **_NO_PICTURE).model_copy(
            update={"saves": ()}
        )
        for number in range(_ROUNDS)
    ]
    return Scenario(setup=way.steps[:-1], attack=tuple(rounds))


def _marked(step: Step, marker: str, **changes: Json) -> Step:
    """The upload with a marker at the end of each file."""
    body: dict[str, Json] = dict(step.body) if isinstance(step.body, dict) else {}
    for name in _files(step):
        file = body[name]
        assert isinstance(file, dict)
        content = base64.b64decode(str(file["base64"])) if "base64" in file else str(file.get("content", "")).encode()
        text = base64.b64encode(content + marker.encode()).decode("ascii")
        kept: dict[str, Json] = {key: value for key, value in file.items() if key != "content"}
        body[name] = {**kept, "base64": text, **changes}
    return step.model_copy(update={"body": body})


def _play(plan: Scenario, recorder: Recorder) -> None:
    markers = sorted(set(_markers(plan)))
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        stage.events += _found(recorder, markers, STORED)
        stage.exchanges += stage.player.play(plan.attack, "attack", known.variables).exchanges
        stage.exchanges += stage.player.play(plan.observe, "observe", known.variables).exchanges
        if markers:
            time.sleep(_SETTLE_S)
            stage.events += _found(recorder, markers, LEFT)
    recorder.keep(stage)


def _markers(plan: Scenario) -> Iterator[str]:
    for step in (*plan.setup, *plan.attack):
        for name in _files(step):
            file = step.body[name] if isinstance(step.body, dict) else None
            encoded = file.get("base64") if isinstance(file, dict) else None
            content = base64.b64decode(str(encoded)).decode("latin-1") if encoded else ""
            yield from (match[0] for match in _MARKER.finditer(content))


def _found(recorder: Recorder, markers: Sequence[str], kind: str) -> list[SensorEvent]:
    held = recorder.lab.testbed.files_holding(markers, databases=False) if markers else ()
    return [SensorEvent(at=0, kind=kind, data={"path": path, "text": text}) for path, text in held]


def _said(trial: Trial) -> str | None:
    """How the service said that the files are gone, of all rounds alike; None where it did not."""
    attack, observe = of_part(trial, "attack"), of_part(trial, "observe")
    if not attack or len(attack) != len(trial.scenario.attack):
        return None
    status = [each.response.status if each.response is not None else 0 for each in attack]
    if attack[0].request.method == "DELETE":
        gone = bool(observe) and all(
            each.response is not None and each.response.status in (404, 410) for each in observe
        )
        return (
            f"was deleted ({status[0]}) and is not found any more" if all(each.ok for each in attack) and gone else None
        )
    refused = all(400 <= each < 500 and each not in (401, 403, 404, 405, 429) for each in status)
    return f"was refused ({status[0]})" if refused else None


def _left(trial: Trial) -> list[str]:
    """Paths of one file of each marker that is still there."""
    found: dict[str, str] = {}
    for event in trial.events:
        if event.kind == LEFT:
            found.setdefault(str(event.data.get("text")), str(event.data.get("path")))
    return list(dict.fromkeys(found.values()))


def _told(said: str, paths: Sequence[str], trial: Trial, history: History) -> Judgement:
    later = history.settings.get(REMOVES) is not False or history.settings.get(RESTORES) is not False
    later = later or any(_RESTORING.search(path) for path in paths)
    return Judgement(
        status=Status.OBSERVED if later else Status.PROVEN,
        severity=Severity.MINOR,
        title=f"{history.operations[0]}: what {said.partition(' (')[0]} stays on the disk",
        expected="the file goes with the object, or with the refusal",
        seen=f"each of {len(trial.scenario.attack)} uploads {said}, and after {_SETTLE_S:g} s its file is there: "
        + ", ".join(paths[:3]),
        why="something in the source may remove it later" if later else KEPT_UPLOAD.cost,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=history.operations,
        root="deleted" if "deleted" in said else "refused",
        trials=len(history.trials),
    )


def _removes_files(tree: SourceTree) -> bool:
    """Whether anything in the source, reached or not, removes files or lets them be removed when they are closed."""
    for file in tree.files:
        for node in ast.walk(file.tree):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            # A list has `remove`, too; what that is of can not be seen everywhere.
            if name in _REMOVING:
                return True
    return False


def _speaks_of_later(lab: Lab) -> bool:
    """Whether an operation, the source or a file beside it (a script, a schedule) has to do with removing later."""
    if any(_RESTORING.search(" ".join(words(operation.path))) for operation in lab.operations):
        return True
    return any(_LATER.search(text) for text in (*(file.text for file in lab.tree.files), *_beside(lab.tree.root)))


def _beside(root: Path) -> Iterator[str]:
    """The small texts of the service's own folder that are no Python."""
    for path in root.iterdir() if root.is_dir() else ():
        if path.is_file() and path.suffix != ".py" and path.stat().st_size <= _LARGEST:
            yield path.name + "\n" + path.read_text(encoding="utf-8", errors="replace")
