"""The service's own tests, run under the sensor for a few seconds: each request that they make is a lesson.

They run on a copy of their own, in the box, with the variables and stand-ins of the service. Whether they pass does
not matter.
"""

from __future__ import annotations

import ast
import base64
import binascii
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from crashworthy.core.history import Response, SensorEvent
from crashworthy.core.value import Json
from crashworthy.lab.sensor.receiver import Receiver
from crashworthy.lab.service.plan import ServicePlan
from crashworthy.lab.service.process import ServiceProcess
from crashworthy.lab.traffic.lessons.recorded import Recorded, recorded
from crashworthy.source.files import is_test
from crashworthy.source.tree import SourceTree

FOLDER = "tests-copy"
MOST_S = 15.0
SHARE = 0.2
"""Of the time for learning."""
_LEAST_S = 1.5
_MOST_BYTES = 300 * 1024 * 1024
_PYTEST = ("-m", "pytest", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-o", "addopts=")
_UNITTEST = ("-m", "unittest", "discover", "-b")


@dataclass(frozen=True)
class TestsRun:
    """Requests that the tests made, and a note for people; no note when there are no tests."""

    __test__ = False  # the name is no test's, whatever pytest thinks

    requests: tuple[Recorded, ...] = ()
    note: str = ""


def run_tests(tree: SourceTree, plan: ServicePlan, run_folder: Path, seconds: float) -> TestsRun:
    """Run the tests for so many seconds at most. Writes below `run_folder` only. Never raises for what they do."""
    if not _has_tests(tree):
        return TestsRun()
    if plan.python is None:
        return TestsRun(note="the service's tests were not run: no Python interpreter is known for it")
    if seconds < _LEAST_S:
        return TestsRun(note="the service's tests were not run: the budget leaves no time for it")
    if sum(each.stat().st_size for each in plan.root.rglob("*") if each.is_file()) > _MOST_BYTES:
        return TestsRun(note="the service's tests were not run: its folder is too large to be copied once more")
    copy = run_folder / FOLDER
    shutil.copytree(plan.root, copy, symlinks=True, ignore_dangling_symlinks=True)
    try:
        # A path of a Unix socket may have about 100 characters.
        with TemporaryDirectory(prefix="crashworthy-", dir="/tmp") as sockets, Receiver(Path(sockets) / "s") as events:
            problem = ""
            for words in _commands(tree):
                problem = _run(words, copy / _folder(tree), plan, copy, events.path, seconds)
                requests = tuple(_requests(events.drain(0.02)))
                if requests or not problem.startswith("No module named"):
                    break
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    if not requests:
        return TestsRun(note=f"the service's tests were run and made no request that was seen: {problem}")
    return TestsRun(requests)


def _run(words: Sequence[str], folder: Path, plan: ServicePlan, root: Path, socket: Path, seconds: float) -> str:
    """Run one command; the last line that it printed."""
    environment = {
        **plan.environment,
        "CRASHWORTHY_ROOT": str(root.resolve()),
        "CRASHWORTHY_SENSOR_SOCKET": str(socket),
        "CRASHWORTHY_RECORD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        process = ServiceProcess([str(plan.python), *words], folder, environment, plan.run_id, plan.memory_limit)
    except OSError as error:
        return str(error.strerror)
    try:
        ended = process.wait(seconds) is not None
    finally:
        process.end()
    lines = [line.strip() for line in process.output().splitlines() if line.strip()]
    missing = next((line for line in lines if "No module named pytest" in line), None)
    if missing:
        return "No module named pytest"
    return (lines[-1][:160] if lines else "they printed nothing") if ended else f"stopped after {seconds:.0f} s"


def _commands(tree: SourceTree) -> list[tuple[str, ...]]:
    """What to run, in the order in which to try."""
    manage = next((each for each in tree.applications if each.kind == "manage"), None)
    if manage is not None and not any("pytest-django" in each.lower().replace("_", "-") for each in tree.requirements):
        return [(Path(manage.target).name, "test", "--noinput"), _PYTEST]
    return [_PYTEST, _UNITTEST]


def _folder(tree: SourceTree) -> str:
    """Where to run: where the application's imports start, if tests lie there, else the root."""
    for application in tree.applications:
        inside = [file for file in tree.files if is_test(file.path) and _below(file.path, application.folder)]
        if application.folder != "." and inside:
            return application.folder
    return "."


def _below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(folder + "/")


def _has_tests(tree: SourceTree) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        for file in tree.files
        if is_test(file.path)
        for node in ast.walk(file.tree)
    )


def _requests(events: Iterable[SensorEvent]) -> Iterable[Recorded]:
    for event in events:
        if event.kind != "request-seen":
            continue
        data = event.data
        method, path, query, test = (data.get(name) for name in ("method", "path", "query", "test"))
        if not isinstance(method, str) or not isinstance(path, str) or not re.fullmatch(r"[A-Z]{3,10}", method):
            continue
        where = test if isinstance(test, str) and test else "the tests"
        yield recorded(
            method,
            path + (f"?{query}" if query else ""),
            headers=_pairs(data.get("headers")),
            content=None if data.get("cut") else _bytes(data.get("body")),
            origin=where,
            sequence=where,
            answer=_answer(data),
        )


def _answer(data: dict[str, Json]) -> Response | None:
    status, text = data.get("status"), data.get("answer")
    if not isinstance(status, int) or not 100 <= status <= 599:
        return None
    headers = tuple(_pairs(data.get("answer_headers")))
    return Response(status=status, headers=headers, body=text if isinstance(text, str) else "")


def _pairs(value: Json) -> list[tuple[str, str]]:
    pairs = value if isinstance(value, list) else []
    return [(str(each[0]), str(each[1])) for each in pairs if isinstance(each, list) and len(each) == 2]


def _bytes(value: Json) -> bytes:
    try:
        return base64.b64decode(value) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""
