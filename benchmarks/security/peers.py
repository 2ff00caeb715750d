"""Other tools on the same services, in the same run, each as it comes.

What any of them says of a file is counted, whatever it is about: that is generous to a tool on a sick service, and what
its users have to read through on a healthy one. bandit and Schemathesis are fetched by `uv run --with`; so is semgrep,
whose rules the package does not hold and whose registry of rules may be out of reach.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.driver.peer import install_peer
from benchmarks.security.cases import Case
from uv import find_uv_bin

_REGISTRY = "p/python"
_STARTS_IN_S = 15.0
_PATIENCE_S = 60.0
# Failures that say something of security; conformance of answers to their document does not.
_CHECKS = "not_a_server_error,ignored_auth,use_after_free,ensure_resource_availability"
# Whatever it makes up would be executed on this machine, outside of any box, or sent to somebody.
NOT_PLAYED = frozenset(
    {
        "command-injection",
        "argument-injection",
        "code-injection",
        "template-injection",
        "unsafe-deserialisation",
        "path-traversal",
        "model-output",
        "private-value-passed-on",
    }
)


def laid_out(cases: Iterable[Case], folder: Path) -> dict[str, Case]:
    """Each service in a folder of its own below `folder`, by that folder's name; all without their docstrings.

    A docstring says what is wrong with the service, which no tool should read.
    """
    known: dict[str, Case] = {}
    for number, case in enumerate(cases):
        name = f"s{number:03}"
        (folder / name).mkdir()
        text = case.file.read_text(encoding="utf-8")
        (folder / name / "app.py").write_text(text.partition('"""\n')[2], encoding="utf-8")
        known[name] = case
    return known


def bandit(folder: Path, known: dict[str, Case]) -> set[str]:
    """Titles of the cases of which bandit says anything."""
    told = _tool("bandit", "-r", str(folder), "-f", "json", "-q")
    listed = json.loads(told or "{}").get("results", [])
    return {known[Path(each["filename"]).parent.name].title for each in listed}


def semgrep(folder: Path, known: dict[str, Case]) -> set[str] | None:
    """The same of semgrep; None where its rules cannot be had."""
    told = _tool("semgrep", "scan", "--config", _REGISTRY, "--metrics", "off", "--json", "--quiet", str(folder))
    try:
        result = json.loads(told)
    except ValueError:
        return None
    if result.get("errors") and not result.get("results"):
        return None
    return {known[Path(each["path"]).parent.name].title for each in result["results"]}


def schemathesis(folder: Path, known: dict[str, Case], seconds: float) -> tuple[set[str], set[str]]:
    """Titles of the cases in which it finds a failure in that time, and of those it could try: with a document."""
    found, tried = set(), set()
    program, _ = install_peer()
    options = ["--checks", _CHECKS, "--max-time", f"{seconds:g}", "--request-timeout", "5", "--seed", "1", "--no-color"]
    for name, case in known.items():
        if case.service.framework != "fastapi" or case.weakness in NOT_PLAYED or case.service.postgresql:
            continue
        with _serving(folder / name) as url:
            if url is None:
                continue
            tried.add(case.title)
            try:
                done = subprocess.run(
                    [str(program), "run", f"{url}/openapi.json", *options],
                    cwd=folder,
                    capture_output=True,
                    check=False,
                    timeout=seconds + _PATIENCE_S,
                )
            except subprocess.TimeoutExpired:
                continue
            if done.returncode == 1:
                found.add(case.title)
    return found, tried


@contextmanager
def _serving(folder: Path) -> Iterator[str | None]:
    """The service in `folder` by uvicorn; None where it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port), "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _STARTS_IN_S
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    yield f"http://127.0.0.1:{port}"
                    return
            time.sleep(0.05)
        yield None
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(package: str, words: Sequence[str]) -> list[str]:
    return [find_uv_bin(), "run", "--quiet", "--isolated", "--no-project", "--with", package, *words]


def _tool(package: str, *words: str) -> str:
    try:
        done = subprocess.run(
            _command(package, (package, *words)), capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout
