"""In the box: learn one service with and without its document, check what is claimed, and let the peer try.

`python -m benchmarks.driver.inside JOB`, with the task beside the job in its folder.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.driver.lines import WatchedTestbed, own_lines
from benchmarks.driver.outcome import Learned, Outcome, PeerRun, Task
from benchmarks.driver.peer import credentials, run_peer
from benchmarks.driver.services import Service, read_service

from crashworthy.core.events import Emit
from crashworthy.core.history import Exchange
from crashworthy.core.playbook import Playbook
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.discover import Discovery, discover
from crashworthy.lab.traffic.driver import LearnContext, learn
from crashworthy.lab.traffic.memory import memory_of, read_memory
from crashworthy.lab.traffic.player import Player
from crashworthy.run.channel import serve_events
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
from crashworthy.run.stand import Stand, open_stand
from crashworthy.source.parse import parse_folder
from crashworthy.source.tree import SourceTree

TASK = "driver-task.json"
OUTCOME = "driver-outcome.json"
MEMORY = "driver-memory.json"
_OF_A_DOCUMENT = "openapi"


def measure(job: Job, emit: Emit) -> None:
    """Write the outcome beside the job."""
    task = Task.model_validate_json((Path(job.folder) / TASK).read_bytes())
    service = read_service(Path(task.operations_folder))
    tree = parse_folder(Path(job.source))
    folder = RunFolder(Path(job.folder))
    with open_stand(job, tree, folder, emit) as stand:
        with stand.testbed.fresh() as instance:
            found = discover(tree, instance)
            undocumented = discover(tree, instance, documents=False)
        rounds: list[Learned] = []
        playbook: Playbook | None = None
        for known_from, discovery in _discoveries(found, undocumented):
            learned, book = _learn(service, known_from, discovery, stand, tree, task, job, emit)
            rounds.append(learned)
            if playbook is None:
                playbook = book
                memory = memory_of(playbook, tree, discovery.operations)
                (folder.path / MEMORY).write_text(memory.model_dump_json(), "utf-8")
            if task.memory:
                break
        peer = _peer(task, service, stand, playbook or Playbook(), folder) if task.peer else None
    outcome = Outcome(service=service.name, total=len(service.operations), learned=tuple(rounds), peer=peer)
    (Path(job.folder) / OUTCOME).write_text(outcome.model_dump_json(indent=1), "utf-8")


def _discoveries(found: Discovery, undocumented: Discovery) -> Sequence[tuple[str, Discovery]]:
    """What the driver may know: all of it, and where there is a document also all but that."""
    if not any(operation.source == _OF_A_DOCUMENT for operation in found.operations):
        return [("source", found)]
    return [("document", found), ("source", undocumented)]


def _learn(
    service: Service,
    known_from: str,
    found: Discovery,
    stand: Stand,
    tree: SourceTree,
    task: Task,
    job: Job,
    emit: Emit,
) -> tuple[Learned, Playbook]:
    testbed = WatchedTestbed(stand.testbed)
    began = time.monotonic()
    playbook = learn(
        LearnContext(
            testbed=testbed,
            tree=tree,
            operations=found.operations,
            schemes=found.schemes,
            seed=task.seed,
            deadline=began + task.seconds,
            emit=emit,
            environment=stand.credentials,
            memory=read_memory(Path(task.memory)) if task.memory else None,
            credentials=[tuple(actor.headers.items()) for actor in job.constraints.actors],
            sensor=Capability.REQUESTS in stand.testbed.capabilities,
        )
    )
    seconds = time.monotonic() - began
    claimed, reached, unlisted = _checked(playbook, service, testbed)
    own = own_lines(tree)
    return Learned(
        known_from=known_from,
        claimed=claimed,
        reached=reached,
        unlisted=unlisted,
        why=_reasons(playbook, found, service, reached),
        requests=playbook.requests,
        seconds=round(seconds, 2),
        lines=len(own & testbed.executed),
        all_lines=len(own),
    ), playbook


def _checked(
    playbook: Playbook, service: Service, testbed: WatchedTestbed
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Listed operations that have a way, those whose way got what it is for once more, and ways to none."""
    claimed: set[str] = set()
    reached: set[str] = set()
    unlisted: set[str] = set()
    for way in playbook.ways:
        if way.operation in claimed and way.operation in reached:
            continue
        with testbed.fresh() as instance:
            played = Player(instance.base_url, sensor=True).play(way.steps, plan={"coverage": True})
            instance.drain(0.01)
        exchange = played.exchanges[-1]
        listed = service.called(exchange.request.method, exchange.request.url)
        if listed is None:
            unlisted.add(way.operation)
            continue
        claimed.add(listed.name)
        if exchange.response is not None and listed.meets(exchange.response.status, _location(exchange)):
            reached.add(listed.name)
    order = [each.name for each in service.operations]
    return (
        tuple(name for name in order if name in claimed),
        tuple(name for name in order if name in reached),
        tuple(sorted(unlisted)),
    )


def _location(exchange: Exchange) -> str:
    assert exchange.response is not None
    told = next((value for name, value in exchange.response.headers if name.lower() == "location"), "")
    base = "/".join(exchange.request.url.split("/", 3)[:3])
    return told.removeprefix(base)


def _reasons(playbook: Playbook, found: Discovery, service: Service, reached: Sequence[str]) -> dict[str, str]:
    """Why each listed operation was not reached, in the driver's words where it knew of it."""
    said = {each.operation: each.why for each in playbook.unreached}
    known: dict[str, str] = {}
    for operation in found.operations:
        listed = service.called(operation.method, operation.path.replace("{", "").replace("}", ""))
        if listed is not None:
            known.setdefault(listed.name, said.get(operation.name, "claimed, but the check did not agree"))
    missing = [each.name for each in service.operations if each.name not in reached]
    return {name: known.get(name, "not known to the driver") for name in missing}


def _peer(task: Task, service: Service, stand: Stand, playbook: Playbook, folder: RunFolder) -> PeerRun:
    assert task.peer is not None
    if service.document is None:
        return PeerRun(note="no schema")
    with stand.testbed.fresh() as instance:
        headers = credentials(playbook, instance.base_url)
        return run_peer(task.peer, service, instance.base_url, headers, task.seconds, folder.path / "peer", task.seed)


if __name__ == "__main__":
    sys.exit(serve_events(measure))
