"""What can be forked is, and what a fork would not do justice to is started anew."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.lab.testbed import Capability
from lab.service.counting import COUNTER, FASTAPI, FASTAPI_MAIN, FLASK_MAIN, script


def await_text(file: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in file.read_text():
        assert time.monotonic() < deadline, file.read_text()
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("addition", "why"),
    [
        ("import threading; threading.Thread(target=threading.Event().wait, daemon=True, name='beat').start()", "beat"),
        ("import socket; listener = socket.create_server(('127.0.0.1', 0))", "TCP socket"),
        (
            "import sqlite3; held = sqlite3.connect('held.db'); held.execute('create table if not exists t (n)')",
            "held.db",
        ),
        ("import asyncio; loop = asyncio.new_event_loop()", "event loop"),
        ("import subprocess; child = subprocess.Popen(['sleep', '60'])", "starts processes"),
    ],
)
def test_starts_anew_where_a_fork_would_not_be_as_good(addition, why, write_service, open_service):
    folder = write_service({"counter.py": COUNTER, "app.py": f"    {addition}\n{FLASK_MAIN % 'port=5000'}"})
    with open_service(folder, script("app.py")) as testbed:
        assert why in testbed.fork_refusal
        assert Capability.FORK not in testbed.capabilities
        assert testbed.is_warm, "what it imports can be shared all the same"
        for _ in range(2):
            with testbed.fresh() as copy:
                httpx.post(f"{copy.base_url}/add")
                assert httpx.get(f"{copy.base_url}/count").text == "1"


def test_what_is_the_service_s_own_runs_anew_in_each_copy_also_where_libraries_are_shared(write_service, open_service):
    own = """
    import os, sqlite3
    held = sqlite3.connect("held.db", check_same_thread=False)
    held.execute("create table if not exists starts (pid)")
    held.execute("insert into starts values (?)", (os.getpid(),))
    held.commit()
    print("begin", os.environ["PORT"], flush=True)
    """
    app = f"""{FASTAPI}
    @app.get("/starts")
    def starts():
        from own import held
        import os
        return PlainTextResponse(str([pid == os.getpid() for pid, in held.execute("select pid from starts")]))
    """
    folder = write_service({"counter.py": COUNTER, "own.py": own, "main.py": f"    import own\n{app}"})
    with open_service(folder, StartPlan(StartKind.OBJECT, framework="fastapi", target="main:app")) as testbed:
        assert testbed.is_warm
        for _ in range(2):
            with testbed.fresh() as copy:
                assert httpx.get(f"{copy.base_url}/starts").text == "[True]"
                assert copy.output().count(f"begin {copy.port}") == 1


def test_serving_inside_a_running_loop_is_started_anew(write_service, open_service):
    main = "import asyncio, uvicorn; asyncio.run(uvicorn.Server(uvicorn.Config(app, port=8000)).serve())"
    with open_service(
        write_service({"counter.py": COUNTER, "main.py": FASTAPI_MAIN % main}), script("main.py")
    ) as testbed:
        assert "event loop" in testbed.fork_refusal
        with testbed.fresh() as copy:
            assert httpx.get(f"{copy.base_url}/count").text == "0"


def test_forks_with_an_idle_connection_pool(write_service, open_service):
    app = """
        from fastapi import FastAPI
        from sqlalchemy import create_engine, text
        engine = create_engine("sqlite:///pooled.db")
        with engine.begin() as connection:
            connection.execute(text("create table t (n integer)"))
        app = FastAPI()
        @app.get("/")
        def rows():
            with engine.begin() as connection:
                connection.execute(text("insert into t values (1)"))
                return connection.execute(text("select count(*) from t")).scalar()
    """
    start = StartPlan(StartKind.OBJECT, framework="fastapi", target="main:app")
    with open_service(write_service({"main.py": app}), start) as testbed:
        assert testbed.fork_refusal is None
        for _ in range(2):
            with testbed.fresh() as copy:
                assert httpx.get(copy.base_url).json() == 1


def test_a_log_file_open_for_appending_does_not_hinder_a_fork(write_service, open_service):
    logging = "import logging; logging.basicConfig(filename='service.log', level='INFO'); logging.info('begin')"
    folder = write_service({"counter.py": COUNTER, "app.py": f"    {logging}\n{FLASK_MAIN % ''}"})
    with open_service(folder, script("app.py")) as testbed:
        assert testbed.fork_refusal is None
        for _ in range(2):
            with testbed.fresh() as copy:
                assert "/missing" not in (folder / "service.log").read_text()
                httpx.get(f"{copy.base_url}/missing")
                assert "/missing" in (folder / "service.log").read_text()


def test_each_copy_writes_what_its_own_logging_queue_holds(write_service, open_service):
    logging = """
    import logging, logging.handlers, queue
    records = queue.Queue(-1)
    logging.basicConfig(handlers=[logging.handlers.QueueHandler(records)], level="INFO")
    listener = logging.handlers.QueueListener(records, logging.FileHandler("service.log"))
    listener.start()
    """
    folder = write_service({"counter.py": COUNTER, "app.py": f"{logging}{FLASK_MAIN % ''}"})
    with open_service(folder, script("app.py")) as testbed:
        assert testbed.fork_refusal is None
        for _ in range(2):
            with testbed.fresh() as copy:
                httpx.get(f"{copy.base_url}/missing")
                await_text(folder / "service.log", "/missing")
