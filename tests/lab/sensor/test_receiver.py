from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.sensor import receiver as module
from crashworthy.lab.sensor.receiver import Receiver, parse_event
from crashworthy.lab.testbed import Capability


def line(kind: str = "sql", at: float = 1.0, **more: object) -> bytes:
    event: dict[str, object] = {
        "at": at,
        "kind": kind,
        "exchange": None,
        "pid": 7,
        "thread": "t",
        "file": None,
        "line": None,
        "symbol": None,
        "data": {},
    }
    return json.dumps({**event, **more}, separators=(",", ":")).encode() + b"\n"


@pytest.fixture
def receiver(run_folder: Path) -> Iterator[Receiver]:
    with Receiver(run_folder / "s") as running:
        yield running


def connect(receiver: Receiver) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(receiver.path))
    return client


def test_events_of_all_processes_come_in_the_order_of_time(receiver: Receiver) -> None:
    with connect(receiver) as one, connect(receiver) as other:
        one.sendall(line(at=3.0) + line(at=1.0, file="a/b.py", symbol="f", line=4))
        other.sendall(line(at=2.0)[:20])
        other.sendall(line(at=2.0)[20:])
        events = receiver.drain(0.05)
    assert [event.at for event in events] == [1.0, 2.0, 3.0]
    assert str(events[0].location) == "a/b.py:4"
    assert receiver.drain() == ()


def test_settling_waits_for_stragglers_but_not_for_ever(receiver: Receiver) -> None:
    stop = threading.Event()

    def babble() -> None:
        with connect(receiver) as client:
            while not stop.is_set():
                client.sendall(line())
                time.sleep(0.005)

    thread = threading.Thread(target=babble)
    thread.start()
    try:
        assert receiver.drain(0.05)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"not json\n",
        b"[]\n",
        b"{}\n",
        b"\xff\xfe\n",
        line(at=float("nan")),
        line(data={"x": float("inf")}),
        line(data=[]),
        line(file="a", line="many"),
        b"[" * 100_000 + b"\n",
        line(pid="seven"),
    ],
    ids=range(11),
)
def test_what_is_no_event_is_counted_and_dropped(receiver: Receiver, garbage: bytes) -> None:
    with connect(receiver) as client:
        client.sendall(garbage + line(at=5.0))
        assert [event.at for event in receiver.drain(0.05)] == [5.0]
    assert receiver.rejected == 1


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_parser(data: bytes) -> None:
    parse_event(data)


def test_a_line_without_an_end_ends_the_connection(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINE", 1000)
    with connect(receiver) as client, pytest.raises(OSError, match=r"[Bb]roken pipe|reset"):  # noqa: PT012
        client.settimeout(10)
        for _ in range(10_000):
            client.sendall(b"x" * 1000)


def test_more_events_than_anybody_wants_are_dropped(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_EVENTS", 10)
    with connect(receiver) as client:
        client.sendall(line() * 25)
        assert len(receiver.drain(0.05)) == 10
    assert receiver.rejected == 15


def test_slots_are_known_as_soon_as_they_are_told(receiver: Receiver) -> None:
    assert receiver.resolve_slot(258, timeout_s=0) is None
    with connect(receiver) as client:
        client.sendall(line("outbound-map", data={"slot": 258, "host": "api.example.com", "port": 443}))
        client.sendall(line("outbound-map", data={"slot": 1 << 20, "host": "x", "port": 443}))
        assert receiver.resolve_slot(258) == ("api.example.com", 443)
    assert receiver.resolve_slot(1 << 20, timeout_s=0) is None
    assert len(receiver.drain(0.05)) == 2


def test_capabilities_are_what_works_somewhere(receiver: Receiver) -> None:
    with connect(receiver) as client:
        client.sendall(line("hello", data={"hooks": {"sensor": True, "sql": False, "nonsense": True}}))
        client.sendall(line("hello", pid=8, data={"hooks": {"sql": True, "line": "yes"}}))
        assert receiver.wait_for(Capability.SQL, 5)
        assert receiver.capabilities() == {Capability.SENSOR, Capability.SQL}
        client.sendall(line("hello", pid=8, data={"hooks": {"sql": False}}))
        assert receiver.drain(0.05)
        assert receiver.capabilities() == {Capability.SENSOR}
    receiver.forget()
    assert receiver.capabilities() == frozenset()
    assert not receiver.wait_for(Capability.SQL, 0)


def test_it_leaves_nothing_behind(run_folder: Path) -> None:
    with Receiver(run_folder / "s") as receiver, connect(receiver) as client:
        client.sendall(line())
    assert not receiver.path.exists()
    receiver.close()


def test_a_path_that_is_too_long_says_so(run_folder: Path) -> None:
    with pytest.raises(CrashworthyError) as caught, Receiver(run_folder / ("x" * 150)):
        pass
    assert "shorter path" in caught.value.remedy
