from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

# A service with a counter in SQLite, called by several threads at once. `variant` is how it increments.
COUNTER = """
    import json, sqlite3, threading
    from concurrent.futures import ThreadPoolExecutor
    from flask import Flask

    app = Flask(__name__)
    lock = threading.Lock()

    def connect():
        return sqlite3.connect("data.db", isolation_level=None, timeout=10)

    connect().executescript("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)")

    def increment(connection):
        (n,) = connection.execute("SELECT n FROM t").fetchone()
        connection.execute("UPDATE t SET n = ?", (n + 1,))

    @app.post("/sick")
    def sick():
        increment(connect())
        return ""

    @app.post("/locked")
    def locked():
        with lock:
            increment(connect())
        return ""

    @app.post("/immediate")
    def immediate():
        connection = connect()
        connection.execute("BEGIN IMMEDIATE")
        increment(connection)
        connection.execute("COMMIT")
        return ""

    @app.post("/atomic")
    def atomic():
        connect().execute("UPDATE t SET n = n + 1")
        return ""

    @app.post("/nothing")
    def nothing():
        return ""

    @app.post("/logged")
    def logged():
        connection = connect()
        connection.execute("CREATE TABLE IF NOT EXISTS log (at)")
        connection.execute("INSERT INTO log VALUES (1)")
        increment(connection)
        return ""

    def play(*paths, **barrier):
        def call(number):
            plan = {"id": f"e{number}", "barrier": {"name": "b", "parties": len(paths), "timeout_ms": 1000, **barrier}}
            return app.test_client().post(paths[number], headers={"X-Crashworthy": json.dumps(plan)}).status_code
        with ThreadPoolExecutor(len(paths)) as pool:
            assert list(pool.map(call, range(len(paths)))) == [200] * len(paths)
        print(connect().execute("SELECT n FROM t").fetchone()[0])
"""


def test_reads_that_meet_before_the_write_lose_an_update(sense) -> None:
    sensed = sense(COUNTER + "\n    play('/sick', '/sick', '/sick')\n")
    assert sensed.output.strip() == "1"
    barriers = sensed.of("barrier")
    assert [event.data for event in barriers] == [{"name": "b", "arrived": 3, "released": "full"}] * 3
    assert all(event.location is not None and event.location.symbol == "increment" for event in barriers)


@pytest.mark.parametrize("path", ["/locked", "/immediate"])
def test_a_service_that_locks_stays_healthy(sense, path: str) -> None:
    sensed = sense(COUNTER + f"\n    play({path!r}, {path!r}, timeout_ms=100)\n")
    assert sensed.output.strip() == "2"
    assert [event.data["released"] for event in sensed.of("barrier")] == ["timeout", "full"]


def test_an_atomic_update_stays_healthy(sense) -> None:
    assert sense(COUNTER + "\n    play('/atomic', '/atomic')\n").output.strip() == "2"


def test_who_ended_without_a_write_is_not_waited_for(sense) -> None:
    sensed = sense(COUNTER + "\n    play('/sick', '/nothing', timeout_ms=10_000)\n")
    (event,) = sensed.of("barrier")
    assert event.data["arrived"] == 1
    end = max(end.at for end in sensed.of("request-end"))
    assert end - sensed.of("request-start")[0].at < 9


def test_writes_before_the_one_that_matters_can_be_skipped(sense) -> None:
    sensed = sense(COUNTER + "\n    play('/logged', '/logged', skip=1)\n")
    assert sensed.output.strip() == "1"
    assert all(event.data["released"] == "full" for event in sensed.of("barrier"))


def test_a_name_can_be_used_again(sense) -> None:
    sensed = sense(COUNTER + "\n    play('/sick', '/sick')\n    play('/sick', '/sick')\n")
    assert sensed.output.split() == ["1", "2"]


def test_file_writes_meet_too(sense) -> None:
    sensed = sense("""
        import json, pathlib, threading
        from concurrent.futures import ThreadPoolExecutor
        from flask import Flask
        app = Flask(__name__)
        store = pathlib.Path("store.json")
        store.write_text("0")

        @app.post("/")
        def increment():
            n = int(store.read_text())
            store.write_text(str(n + 1))
            return ""

        def call(number):
            plan = {"id": str(number), "barrier": {"name": "b", "parties": 2, "timeout_ms": 1000}}
            app.test_client().post("/", headers={"X-Crashworthy": json.dumps(plan)})

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(call, range(2)))
        print(store.read_text())
    """)
    assert sensed.output.strip() == "1"
    assert {event.data["path"] for event in sensed.of("file-write")} == {"store.json"}


def test_the_event_loop_is_never_blocked_by_a_sync_driver(sense) -> None:
    sensed = sense("""
        import asyncio, json, sqlite3
        from starlette.applications import Starlette
        from starlette.responses import Response
        from starlette.routing import Route
        from starlette.testclient import TestClient

        async def write(request):
            sqlite3.connect(":memory:").executescript("CREATE TABLE t (n); INSERT INTO t VALUES (1)")
            return Response()

        app = Starlette(routes=[Route("/", write)])
        plan = {"id": "e", "barrier": {"name": "b", "parties": 2, "timeout_ms": 10_000}}
        TestClient(app).get("/", headers={"X-Crashworthy": json.dumps(plan)})
    """)
    (event,) = sensed.of("barrier")
    assert event.data["released"] == "skipped"
    start, end = sensed.of("request-start", "request-end")
    assert end.at - start.at < 5


def make_exchange(number: int, parties: int, **more: object):
    from crashworthy_sensor.context import Exchange

    return Exchange(f"e{number}", {"barrier": {"name": "mixed", "parties": parties, "timeout_ms": 2000, **more}})


def test_tasks_meet_without_blocking_their_loop() -> None:
    from crashworthy_sensor.interleave import barrier

    exchanges = [make_exchange(number, 4) for number in range(4)]

    async def main() -> None:
        await asyncio.gather(*(barrier.wait_async(exchange, None) for exchange in exchanges))

    seen: list[str] = []
    for exchange in exchanges:
        exchange.buffer = Kept(seen)
    asyncio.run(main())
    assert seen.count("full") == 4


class Kept(list[str]):
    """A buffer that remembers how barriers were released when it is sent."""

    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self.seen = seen

    def append(self, line: str) -> None:
        if '"kind":"barrier"' in line:
            self.seen.append(line.split('"released":"')[1].split('"')[0])
        super().append(line)


def test_threads_and_tasks_meet_each_other() -> None:
    from crashworthy_sensor.interleave import barrier

    seen: list[str] = []
    exchanges = [make_exchange(number, 2) for number in range(2)]
    for exchange in exchanges:
        exchange.buffer = Kept(seen)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(barrier.wait, exchanges[0], None)
        asyncio.run(barrier.wait_async(exchanges[1], None))
        waiting.result()
    assert seen == ["full", "full"]


def test_a_party_of_one_does_not_wait() -> None:
    from crashworthy_sensor.interleave import barrier

    done = threading.Event()
    threading.Thread(target=lambda: (barrier.wait(make_exchange(1, 1), None), done.set())).start()
    assert done.wait(1.5)
