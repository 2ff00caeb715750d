"""What the sensor costs: CPU microseconds per request of tiny services, without it and with it.

    python benchmarks/sensor_cost.py [--rounds 45] [--requests 100] [--python INTERPRETER]

Two copies of each service run side by side, one without the sensor. Rounds alternate between them, so that whatever
else the machine does hits all alike; the figures are medians over the rounds, of the service's own CPU time
(time.process_time, which does not care who else wanted the processor). Each request reads a row by SQL and writes
one. "marked" requests carry the engine's header: their SQL, commits, start and end are reported to a receiver that
runs here. Goal: at most 10 %.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver

GOAL_PERCENT = 10.0

DATABASE = """
import os, sqlite3, time

def connect():
    connection = sqlite3.connect("data.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    return connection

with connect() as connection:
    connection.execute("CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER)")
    connection.execute("INSERT INTO counters VALUES (1, 0)")

def work():
    connection = sqlite3.connect("data.db")
    try:
        (n,) = connection.execute("SELECT n FROM counters WHERE id = 1").fetchone()
        connection.execute("UPDATE counters SET n = ? WHERE id = 1", (n + 1,))
        connection.commit()
    finally:
        connection.close()
    return {"n": n}
"""

SERVICES = {
    "Flask (its own server)": """
from flask import Flask
import logging
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask(__name__)

@app.post("/work")
def handle():
    return work()

@app.get("/cpu")
def cpu():
    return {"s": time.process_time()}

app.run(port=int(os.environ["PORT"]))
""",
    "FastAPI (uvicorn)": """
from fastapi import FastAPI
import uvicorn
app = FastAPI()

@app.post("/work")
def handle():
    return work()

@app.get("/cpu")
async def cpu():
    return {"s": time.process_time()}

uvicorn.run(app, port=int(os.environ["PORT"]), log_level="error")
""",
}


@dataclass
class Service:
    """A running service; `costs` are the CPU microseconds per request of each round, by kind of request."""

    port: int
    costs: dict[str, list[float]] = field(default_factory=dict)

    def call(self, method: str, path: str, headers: dict[str, str] | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers=headers or {})
            return connection.getresponse().read()
        finally:
            connection.close()

    def cpu_s(self) -> float:
        return float(json.loads(self.call("GET", "/cpu"))["s"])

    def measure(self, kind: str, requests: int, *, marked: bool) -> None:
        before = self.cpu_s()
        for number in range(requests):
            plan = json.dumps({"id": f"e{number}"}, separators=(",", ":"))
            # The server parses one header more either way: that is not the sensor's cost.
            self.call("POST", "/work", {"X-Crashworthy" if marked else "X-Correlation": plan})
        self.costs.setdefault(kind, []).append((self.cpu_s() - before) / requests * 1e6)


@contextmanager
def started(python: str, source: str, folder: Path, variables: dict[str, str]) -> Iterator[Service]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(DATABASE + source)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), **variables}
    process = subprocess.Popen(
        [python, str(folder / "app.py")],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        service = Service(port)
        for _ in range(400):
            try:
                service.cpu_s()
                break
            except OSError:
                time.sleep(0.05)
        yield service
    finally:
        process.kill()
        process.wait()


def compare(python: str, source: str, rounds: int, requests: int) -> tuple[Service, Service, int]:
    """Measure a service without and with the sensor; also returns how many events the sensor sent."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sensor-cost-")))
        receiver = stack.enter_context(Receiver(folder / "sensor.sock"))
        variables = injection(
            folder, root=folder / "watched", socket=receiver.path, standin="127.0.0.1:9", run_id="benchmark"
        )
        plain = stack.enter_context(started(python, source, folder / "plain", {}))
        watched = stack.enter_context(started(python, source, folder / "watched", variables))
        for service in (plain, watched):
            service.measure("warm-up", requests, marked=False)
        watched.measure("warm-up", requests, marked=True)
        turns = [(plain, "plain", False), (watched, "unmarked", False), (watched, "marked", True)]
        for number in range(rounds):
            # Each goes first as often as the others.
            first = number % len(turns)
            for service, kind, marked in turns[first:] + turns[:first]:
                service.measure(kind, requests, marked=marked)
        return plain, watched, len(receiver.drain(0.2))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=45)
    parser.add_argument("--requests", type=int, default=100, help="requests per round")
    parser.add_argument("--python", default=sys.executable, help="an interpreter with flask, fastapi and uvicorn")
    arguments = parser.parse_args()
    version = subprocess.run([arguments.python, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    table = Table(title=f"The sensor's cost, {version}, CPU µs per request")
    for column in ("service", "requests", "without", "with", "cost", "goal"):
        table.add_column(column, justify="left" if column in ("service", "requests") else "right")
    reached = True
    for name, source in SERVICES.items():
        plain, watched, events = compare(arguments.python, source, arguments.rounds, arguments.requests)
        base = statistics.median(plain.costs["plain"])
        for kind in ("unmarked", "marked"):
            # Rounds that were measured one after the other are compared with each other.
            pairs = zip(watched.costs[kind], plain.costs["plain"], strict=True)
            percent = (statistics.median(cost / without for cost, without in pairs) - 1) * 100
            reached = reached and percent <= GOAL_PERCENT
            cost = statistics.median(watched.costs[kind])
            verdict = "reached" if percent <= GOAL_PERCENT else "missed"
            table.add_row(
                name, kind, f"{base:.0f}", f"{cost:.0f}", f"{percent:+.1f} %", f"≤ {GOAL_PERCENT:.0f} % {verdict}"
            )
        per_request = events / arguments.requests / (arguments.rounds + 1)
        table.caption = f"{per_request:.1f} events per marked request"
    Console().print(table)
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
