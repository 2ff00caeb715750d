"""A request leaves something in the memory of the process that served it."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Insert, Write
from crashworthy.weaknesses.workers import KNOWN_TO_ONE_PROCESS

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FLASK = """
from flask import Flask, request

app = Flask(__name__)
sessions = {}
"""
_FASTAPI = """
from fastapi import FastAPI

app = FastAPI()
attempts = []
limits = {"orders": 5}
"""


class MemoryOfOneProcess(Rule):
    """A POST, PUT, PATCH or DELETE that changes a container or number at module level.

    A second worker, a second replica and the next start know nothing of it. Left alone: what reads fill in (caches),
    what is made once, and files.
    """

    id = "memory-of-one-process"
    weakness = KNOWN_TO_ONE_PROCESS
    firing = (
        Sample(
            "sessions in a dictionary",
            {
                "app.py": _FLASK
                + """
@app.post("/login")
def login():
    sessions[request.json["token"]] = request.json["user"]
    return {}
"""
            },
        ),
        Sample(
            "a list that grows",
            {
                "main.py": _FASTAPI
                + """
@app.post("/orders")
async def order(amount: int):
    attempts.append(amount)
    return {}
"""
            },
        ),
    )
    quiet = (
        Sample(
            "a cache that reads fill",
            {
                "app.py": _FLASK
                + """
@app.get("/users/<user>")
def show(user):
    if user not in sessions:
        sessions[user] = load(user)
    return {"user": sessions[user]}
"""
            },
        ),
        Sample(
            "a table that is only looked into",
            {
                "main.py": _FASTAPI
                + """
@app.post("/orders")
async def order(kind: str):
    return {"limit": limits.get(kind)}
"""
            },
        ),
        Sample(
            "a file",
            {
                "app.py": _FLASK
                + """
import json
from pathlib import Path

FILE = Path("votes.json")

@app.post("/votes/<choice>")
def vote(choice):
    votes = json.loads(FILE.read_text())
    votes[choice] = 1
    FILE.write_text(json.dumps(votes))
    return {}
"""
            },
        ),
    )

    def find(self, context: Context) -> Iterator[Hit]:
        """Changes of memory by requests that are there to change something: one place for each container."""
        places: dict[str, Write | Insert] = {}
        for run in context.runs:
            if run.route is None or run.route.method in _SAFE:
                continue
            for event in run.events:
                if isinstance(event, Write | Insert) and event.in_memory and ":" in event.table:
                    first = places.setdefault(event.table, event)
                    name = event.table.rpartition(":")[2]
                    message = f'"{name}" is kept in the memory of the one process that serves the request'
                    yield Hit(first.node, first.scope, message, operations_of(run))
