"""Copies together with the sensor and a stand-in: events and calls belong to the copy they happened in."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from crashworthy.core.scenario import DependencyFault
from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver
from crashworthy.lab.service.plan import StartKind, StartPlan
from crashworthy.lab.standin.server import StandIns
from crashworthy.lab.testbed import Capability

APP = """
    import sqlite3, urllib.request
    from flask import Flask
    app = Flask(__name__)
    @app.post("/pay")
    def pay():
        with sqlite3.connect("data.db") as connection:
            connection.execute("create table if not exists payments (n integer)")
        try:
            return str(urllib.request.urlopen("http://pay.example.com/charges", timeout=2).status)
        except OSError as error:
            return str(error), 502
    if __name__ == "__main__":
        app.run()
"""


@pytest.fixture
def receiver(tmp_path) -> Iterator[Receiver]:
    with Receiver(tmp_path / "s") as receiver:
        yield receiver


@pytest.mark.parametrize("may_fork", [True, False], ids=["forked", "started"])
def test_events_and_calls_are_those_of_the_copy(may_fork, tmp_path, run_id, receiver, write_service, open_service):
    folder = write_service({"app.py": APP})
    with StandIns() as stand_in:
        stand_in.ask_for_names(receiver.resolve_slot)
        address = f"127.0.0.1:{stand_in.port}"
        variables = injection(tmp_path, root=folder, socket=receiver.path, standin=address, run_id=run_id)
        start = StartPlan(StartKind.SCRIPT, ("app.py",))
        options = {"environment": variables, "sensor": receiver, "stand_in": stand_in, "may_fork": may_fork}
        with open_service(folder, start, **options) as testbed:
            assert {Capability.SENSOR, Capability.SQL, Capability.OUTBOUND} <= testbed.capabilities
            for number in range(2):
                with testbed.fresh() as copy:
                    header = {"X-Crashworthy": f'{{"id": "exchange-{number}"}}'}
                    assert httpx.post(f"{copy.base_url}/pay", headers=header).text == "200"
                    events = copy.drain(0.05)
                    calls = testbed.outbound_calls()
                sql = [event for event in events if event.kind == "sql" and event.data["write"]]
                assert {event.exchange for event in events if event.exchange} == {f"exchange-{number}"}
                assert [event.location.file for event in sql] == ["app.py"]
                assert [(call.host, call.path) for call in calls] == [("pay.example.com", "/charges")]
            with testbed.fresh() as copy, testbed.faults([DependencyFault(kind="status", status=503)]):
                assert httpx.post(f"{copy.base_url}/pay").status_code == 502
            assert testbed.dependencies == ("pay.example.com",)


def test_without_a_stand_in_no_fault_can_be_asked_for(write_service, open_service):
    with open_service(write_service({"app.py": APP}), StartPlan(StartKind.SCRIPT, ("app.py",))) as testbed:
        with testbed.faults([]):
            assert testbed.outbound_calls() == ()
        with pytest.raises(Exception, match="no stand-in"):
            testbed.faults([DependencyFault(kind="hang")])


LATE = """
    import sys
    sys.path.append({libraries!r})
    from flask import Flask
    app = Flask(__name__)
    @app.get("/<name>")
    def late(name):
        was_there = name in sys.modules
        __import__(name)
        return str(was_there)
    if __name__ == "__main__":
        app.run()
"""


def test_what_a_copy_imports_as_it_serves_the_next_begin_with(tmp_path, run_id, receiver, write_service, open_service):
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "quiet.py").write_text("")
    (libraries / "busy.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    folder = write_service({"app.py": LATE.format(libraries=str(libraries)), "own.py": ""})
    variables = injection(tmp_path, root=folder, socket=receiver.path, standin=None, run_id=run_id)
    start = StartPlan(StartKind.SCRIPT, ("app.py",))
    seen = []
    with open_service(folder, start, environment=variables, sensor=receiver) as testbed:
        for name in ("own", "quiet", "busy", "quiet"):
            for _ in range(2):
                with testbed.fresh() as copy:
                    header = {"X-Crashworthy": '{"id": "exchange"}'}
                    seen.append((name, httpx.get(f"{copy.base_url}/{name}", headers=header).text))
                    assert not [event for event in copy.drain(0.02) if event.kind == "late-imports"]
        assert testbed.fork_refusal is None
    assert seen[:2] == [("own", "False"), ("own", "False")], "what is the service's own is run anew in each copy"
    assert seen[2:4] == [("quiet", "False"), ("quiet", "True")]
    assert seen[4:6] == [("busy", "False"), ("busy", "False")], "what starts a thread cannot be forked"
    assert seen[6:] == [("quiet", "True"), ("quiet", "True")]
