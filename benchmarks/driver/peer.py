"""Schemathesis on the same service: same machine, same time, the credentials that the driver obtained as headers.

It is installed in an environment of its own, outside the box and as the newest version, and run inside, with all its
phases and its stateful one among them. Its HAR file says what it reached.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.driver.outcome import PeerRun
from benchmarks.driver.services import Service
from uv import find_uv_bin

from crashworthy.core.playbook import Playbook, Way
from crashworthy.lab.traffic.player import Player

PHASES = "examples,coverage,fuzzing,stateful"
# Starting, reading the document and writing reports are not counted.
_PATIENCE_S = 60.0
_SAMPLE = 8
_TRANSPORT = frozenset(
    {"host", "content-type", "content-length", "accept", "accept-encoding", "user-agent", "connection", "x-crashworthy"}
)


def install_peer() -> tuple[Path, str]:
    """The program and its version."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "crashworthy-benchmarks" / "schemathesis"
    uv = find_uv_bin()
    if not (folder / "bin" / "python").exists():
        subprocess.run([uv, "venv", "--quiet", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([uv, "pip", "install", "--quiet", "--upgrade", "--python", python, "schemathesis"], check=True)
    program = folder / "bin" / "st"
    told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    return program, told.strip().rpartition(" ")[2]


def credentials(playbook: Playbook, base_url: str) -> dict[str, str]:
    """Headers of the actor with the most ways, obtained on this copy; only those that most of its requests carry."""
    by_actor: dict[str, list[Way]] = {}
    for way in playbook.ways:
        by_actor.setdefault(way.actor, []).append(way)
    by_actor.pop("nobody", None)
    for ways in sorted(by_actor.values(), key=len, reverse=True):
        # Ways of one step are mostly the sign-up and what is open to all.
        for longer in (True, False):
            sent = [_headers(way, base_url) for way in ways if (len(way.steps) > 1) is longer][:_SAMPLE]
            often = Counter(name for headers in sent for name in headers)
            wanted = {name for name, count in often.items() if 2 * count > len(sent)}
            if wanted:
                best = max(sent, key=lambda headers: len(wanted & headers.keys()))
                return {name: value for name, value in best.items() if name in wanted}
    return {}


def _headers(way: Way, base_url: str) -> dict[str, str]:
    exchange = Player(base_url).play(way.steps).exchanges[-1]
    return {name: value for name, value in exchange.request.headers if name.lower() not in _TRANSPORT}


def run_peer(
    program: str, service: Service, base_url: str, headers: Mapping[str, str], seconds: float, folder: Path, seed: int
) -> PeerRun:
    """Run it until its time is over, and count."""
    if service.document is None:
        return PeerRun(note="no schema")
    document = service.document
    where = base_url + document if document.startswith("/") else str(service.source / document)
    folder.mkdir(parents=True, exist_ok=True)
    command = [program, "run", where, "--phases", PHASES, "--max-time", f"{seconds:g}", "--seed", str(seed)]
    command += ["--report", "har", "--report-har-path", str(folder / "har.json"), "--output-sanitize", "false"]
    command += ["--continue-on-failure", "--request-timeout", "5", "--no-color", "--origin", base_url]
    command += [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    with (folder / "output.txt").open("wb") as output:
        try:
            status = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, cwd=folder, timeout=seconds + _PATIENCE_S, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            status = -1
    try:
        har: dict[str, Any] = json.loads((folder / "har.json").read_text("utf-8"))
    except (OSError, ValueError):
        said = (folder / "output.txt").read_text("utf-8", errors="replace").strip().splitlines()
        return PeerRun(note=f"exit status {status}: {' '.join(said[-3:])[:200]}", credentials=tuple(headers))
    entries = har["log"]["entries"]
    return PeerRun(
        reached=reached(service, entries), requests=len(entries), seconds=seconds, credentials=tuple(headers)
    )


def reached(service: Service, entries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Listed operations with a 2xx; it follows redirects, so a 2xx counts for those that are for one as well."""
    found: set[str] = set()
    for entry in entries:
        operation = service.called(entry["request"]["method"], entry["request"]["url"])
        status = entry["response"]["status"]
        if operation is not None and (200 <= status < 300 or status == operation.redirect):
            found.add(operation.name)
    return tuple(each.name for each in service.operations if each.name in found)
