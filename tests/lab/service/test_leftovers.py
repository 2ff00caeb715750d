from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from crashworthy.lab.service.leftovers import RUN_MARK, marked, record_engine, sweep


@pytest.fixture
def start_marked(run_id):
    """Starts a process that carries the run's mark and sleeps."""
    started = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(["sleep", "60"], env={**os.environ, RUN_MARK: run_id}, start_new_session=True)
        started.append(process)
        while process.pid not in marked(RUN_MARK, run_id):  # until it has executed
            time.sleep(0.002)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def run_folder(tmp_path, run_id):
    folder = tmp_path / run_id
    folder.mkdir()
    return folder


def test_sweep_ends_what_a_dead_run_left(start_marked, run_folder):
    engine = subprocess.Popen(["sleep", "60"])
    record_engine(run_folder, engine.pid)
    left = start_marked()
    assert sweep(run_folder.parent) == []
    engine.kill()
    engine.wait()
    assert sweep(run_folder.parent) == [left.pid]
    assert left.wait(5) == -signal.SIGKILL


def test_sweep_leaves_living_and_unknown_runs_alone(start_marked, run_folder, tmp_path):
    process = start_marked()
    assert sweep(tmp_path) == []  # nothing says who drives it
    record_engine(run_folder)
    assert sweep(tmp_path) == []
    assert process.poll() is None


ENGINE = """
import subprocess, sys, time
from crashworthy.lab.service.watchdog import start_watchdog
with start_watchdog(sys.argv[1]) as watchdog:
    marked = {"PATH": "/usr/bin:/bin", "CRASHWORTHY_RUN": sys.argv[1]}
    child = subprocess.Popen(["sleep", "60"], env=marked, start_new_session=True)
    print(watchdog, child.pid, flush=True)
    if sys.argv[2] == "wait":
        time.sleep(60)
    child.kill()
"""


def start_engine(run_id: str, what: str) -> tuple[subprocess.Popen[str], int, int]:
    engine = subprocess.Popen([sys.executable, "-c", ENGINE, run_id, what], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    watchdog, child = map(int, engine.stdout.readline().split())
    return engine, watchdog, child


def wait_for_end(*pids: int) -> None:
    deadline = time.monotonic() + 20
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_watchdog_ends_everything_when_the_engine_is_killed(run_id):
    engine, watchdog, child = start_engine(run_id, "wait")
    engine.kill()
    engine.wait()
    wait_for_end(watchdog, child)


def test_the_watchdog_goes_with_the_engine(run_id):
    engine, watchdog, child = start_engine(run_id, "end")
    assert engine.wait(20) == 0
    wait_for_end(watchdog, child)
