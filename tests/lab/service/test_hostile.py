"""Services that misbehave: each is bounded, and nothing of it is left (the run_id fixture looks)."""

from __future__ import annotations

import signal
import sys
import time

import httpx
import psutil
import pytest

from crashworthy.lab.service.failure import StartError
from crashworthy.lab.service.output import KEPT_HEAD, KEPT_TAIL
from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.lab.testbed import Capability

APP = """
    import os, signal, subprocess, sys, threading, time
    from flask import Flask
    app = Flask(__name__)
    {beginning}
    @app.get("/act")
    def act():
        {action}
        return str(os.getpid())
    if __name__ == "__main__":
        app.run()
"""
SCRIPT = StartPlan(StartKind.SCRIPT, ("app.py",))
FORKED = pytest.mark.parametrize("may_fork", [True, False], ids=["forked", "started"])


def app(action: str = "pass", beginning: str = "pass") -> dict[str, str]:
    return {"app.py": APP.format(action=action, beginning=beginning)}


def running_sleeps(number: str) -> list[psutil.Process]:
    """The processes `sleep NUMBER`."""
    return [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == ["sleep", number]]


@FORKED
def test_prints_without_end(may_fork, write_service, open_service):
    action = "threading.Thread(target=lambda: [print('x' * 999) for _ in iter(int, 1)], daemon=True).start()"
    with open_service(write_service(app(action)), SCRIPT, may_fork=may_fork) as testbed, testbed.fresh() as copy:
        httpx.get(f"{copy.base_url}/act")
        while len(copy.output()) < KEPT_HEAD + KEPT_TAIL:
            time.sleep(0.01)
        assert "bytes left out" in copy.output()
        assert len(copy.output()) < KEPT_HEAD + KEPT_TAIL + 100


@FORKED
@pytest.mark.parametrize(
    ("action", "number"),
    [
        ("[subprocess.Popen(['sleep', '{n}']) for _ in range(5)]", "101"),
        ("subprocess.Popen(['sleep', '{n}'], start_new_session=True, env={{}})", "102"),
        ("os.fork() or (os.setsid(), os.fork() and os._exit(0), os.execvp('sleep', ['sleep', '{n}']))", "103"),
    ],
    ids=["children", "a child without environment", "a daemon"],
)
def test_processes_that_it_starts_end_with_the_copy(may_fork, action, number, write_service, open_service):
    number = f"{number}{int(may_fork)}.{time.time_ns()}"
    folder = write_service(app(action.format(n=number)))
    with open_service(folder, SCRIPT, may_fork=may_fork) as testbed:
        with testbed.fresh() as copy:
            httpx.get(f"{copy.base_url}/act")
            while not running_sleeps(number):
                time.sleep(0.01)
        assert not running_sleeps(number)
        with testbed.fresh() as copy:
            assert copy.alive()


@FORKED
def test_hangs_at_stop(may_fork, write_service, open_service):
    folder = write_service(app(beginning="signal.signal(signal.SIGTERM, signal.SIG_IGN)"))
    with open_service(folder, SCRIPT, may_fork=may_fork) as testbed:
        with testbed.fresh() as copy:
            copy.signal(signal.SIGTERM)
            assert copy.wait(0.1) is None
            assert httpx.get(f"{copy.base_url}/act").text == str(copy.pid)
        assert not psutil.pid_exists(copy.pid)


@FORKED
def test_dies_in_the_middle(may_fork, write_service, open_service):
    folder = write_service(app("print('last words', flush=True); os._exit(3)"))
    with open_service(folder, SCRIPT, may_fork=may_fork) as testbed:
        for _ in range(2):
            with testbed.fresh() as copy:
                with pytest.raises(httpx.TransportError):
                    httpx.get(f"{copy.base_url}/act")
                assert copy.wait(5.0) == 3
                assert not copy.alive()
                assert copy.output().count("last words") == 1


@FORKED
def test_takes_all_memory(may_fork, write_service, open_service):
    folder = write_service(
        app("hoard = [b'x' * (1 << 20) for _ in range(400) if not time.sleep(0.001)]; time.sleep(60)")
    )
    with open_service(folder, SCRIPT, may_fork=may_fork, memory_limit=250 << 20) as testbed:
        with testbed.fresh() as copy:
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{copy.base_url}/act", timeout=30)
            assert copy.wait(5.0) == -signal.SIGKILL
            assert copy.overran
        with testbed.fresh() as copy:
            assert not copy.overran
        assert (Capability.FORK in testbed.capabilities) == may_fork


def test_goes_on_when_the_zygote_was_ended(write_service, open_service, events):
    with open_service(write_service(app("os.kill(os.getppid(), 9)")), SCRIPT) as testbed:
        with testbed.fresh() as copy:
            httpx.get(f"{copy.base_url}/act")
        with testbed.fresh() as copy:
            assert copy.alive()
        assert testbed.fork_refusal == "its zygote ended"


def test_listens_on_a_port_of_its_own(write_service, open_service):
    server = """
        import socket, time
        listener = socket.create_server(("127.0.0.1", 0))
        time.sleep(60)
    """
    start = StartPlan(StartKind.COMMAND, (sys.executable, "serve.py"))
    with pytest.raises(StartError, match=r"listens on port \d+ and cannot be moved") as caught:
        open_service(write_service({"serve.py": server}), start).__enter__()
    assert "{port}" in caught.value.remedy


def test_never_listens(write_service, open_service):
    start = StartPlan(StartKind.COMMAND, ("sleep", "60"))
    with pytest.raises(StartError, match="accepts no connection within 1 s"):
        open_service(write_service({"empty": ""}), start, start_timeout_s=1.0).__enter__()
