from __future__ import annotations

SERVICE = """
    import json, threading
    from concurrent.futures import ThreadPoolExecutor
    from flask import Flask
    import helper

    app = Flask(__name__)
    count = 0

    @app.get("/branch/<int:n>")
    def branch(n):
        if n > 1:
            return helper.big()
        return ""

    @app.get("/thread")
    def thread():
        worker = threading.Thread(target=helper.big)
        worker.start()
        worker.join()
        return ""

    @app.post("/count")
    def increment():
        global count
        seen = count
        seen = seen + 1
        count = seen
        return ""

    def call(path, method="GET", **plan):
        app.test_client().open(path, method=method, headers={"X-Crashworthy": json.dumps({"id": path, **plan})})
"""
HELPER = {"helper.py": "def big():\n    return 'big'\n\ndef unused():\n    return 1\n"}


def lines(sensed) -> list[object]:
    return [event.data["files"] for event in sensed.of("lines")]


def test_each_request_has_its_own_set_of_lines(sense) -> None:
    calls = """
    call("/branch/1", coverage=True)
    call("/branch/2", coverage=True)
    call("/branch/2")
    call("/branch/1", coverage=True)
    call("/thread", coverage=True)
    """
    small, big, again, thread = lines(sense(SERVICE + calls, files=HELPER))
    assert small == again == {"app.py": [12, 14]}
    assert big == {"app.py": [12, 13], "helper.py": [2]}
    assert thread == {"app.py": [18, 19, 20, 21], "helper.py": [2]}


def test_sync_endpoints_of_async_frameworks_run_in_a_pool_and_are_covered(sense) -> None:
    sensed = sense("""
        import json
        from fastapi import FastAPI
        from fastapi.testclient import TestClient
        app = FastAPI()

        @app.get("/sync")
        def sync():
            return 1

        @app.get("/async")
        async def asynchronous():
            return 2

        client = TestClient(app)
        for path in ("/sync", "/async"):
            client.get(path, headers={"X-Crashworthy": json.dumps({"id": path, "coverage": True})})
    """)
    assert lines(sensed) == [{"app.py": [9]}, {"app.py": [13]}]


def test_sleeps_at_lines_make_a_race_in_memory_happen(sense) -> None:
    sensed = sense(
        SERVICE
        + """
    def attack(n):
        call("/count", "POST", line={"seed": n, "max_ms": 20, "share": 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attack, range(8)))
    print(count)
    """,
        files=HELPER,
    )
    assert 1 <= int(sensed.output) < 8
    assert not sensed.of("lines")


def test_nothing_stays_armed(sense) -> None:
    sensed = sense(
        SERVICE
        + """
    import sys
    call("/branch/1", coverage=True)
    assert sys.gettrace() is None
    if sys.version_info >= (3, 12):
        assert all(sys.monitoring.get_events(tool) == 0 for tool in (3, 4) if sys.monitoring.get_tool(tool))
    """,
        files=HELPER,
    )
    assert len(lines(sensed)) == 1
