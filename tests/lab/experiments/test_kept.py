"""Kept states shorten trials where files are the whole state, and are not used where they are not."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.experiments.concurrency.plays import serial_plays
from crashworthy.lab.experiments.kept import Kept, KeptSetups
from crashworthy.lab.experiments.trial import Recorder, of_part
from crashworthy.lab.traffic.player import Memory
from sick_services.catalog import ACCOUNTS
from sick_services.stand import open_lab, service_file

OPEN, READ, WITHDRAW = (ACCOUNTS.playbook.ways[index].steps[-1] for index in range(3))
TWICE = Scenario(setup=(OPEN,), attack=(WITHDRAW, WITHDRAW), observe=(READ,), settings={"variant": "twice"})


class State:
    forgotten = False

    def forget(self) -> None:
        self.forgotten = True


def kept(*setup: Step) -> Kept:
    return Kept(setup, State(), (), {}, Memory({}, 0, 0), 0.0)


def played(name: str) -> tuple[Sequence[Trial], Sequence[str]]:
    """The serial trials of two withdrawals, and how many requests each copy got."""
    with open_lab(service_file("lost_update", name), "flask", ACCOUNTS) as lab:
        recorder = Recorder(lab, "test", kept=KeptSetups(lab.testbed))
        serial_plays(TWICE, recorder)
        requests = [str(sum(event.kind == "request-start" for event in trial.events)) for trial in recorder.trials]
    return recorder.trials, requests


def test_a_set_up_is_played_once_where_files_are_the_whole_state() -> None:
    trials, requests = played("flask_sqlite_sick")
    assert requests[:3] == ["4", "3", "1"]
    assert [trial.purpose for trial in trials[:3]] == ["control", "control", "baseline"]
    first, second = trials[:2]
    assert of_part(second, "setup") == of_part(first, "setup")
    assert [e.response.body for e in of_part(second, "observe") if e.response] == ['{"balance":80,"id":1}\n']
    times = [exchange.started for exchange in second.exchanges]
    assert times == sorted(times)


def test_a_set_up_is_played_each_time_where_memory_holds_the_state() -> None:
    trials, requests = played("flask_memory_sick")
    assert requests[:3] == ["4", "4", "2"]
    assert all(exchange.ok for trial in trials for exchange in trial.exchanges)


def test_a_state_is_relied_on_after_it_was_tried() -> None:
    states = KeptSetups(testbed=None)  # type: ignore[arg-type]
    one = kept(OPEN)
    assert states.wants((OPEN,))
    states.add(one)
    assert not states.wants((OPEN,))
    assert states.start_of((OPEN, WITHDRAW)) is None
    assert states.untried((OPEN,)) is one
    states.trust(one, is_whole=True)
    assert states.start_of((OPEN, WITHDRAW)) is one
    assert states.start_of((WITHDRAW,)) is None
    assert states.untried((OPEN,)) is None


def test_the_longest_known_beginning_is_used() -> None:
    states = KeptSetups(testbed=None)  # type: ignore[arg-type]
    for each in (kept(OPEN), kept(OPEN, WITHDRAW)):
        states.add(each)
        states.trust(each, is_whole=True)
    found = states.start_of((OPEN, WITHDRAW, READ))
    assert found is not None
    assert found.setup == (OPEN, WITHDRAW)


def test_one_state_that_is_not_whole_ends_the_use_of_all() -> None:
    states = KeptSetups(testbed=None)  # type: ignore[arg-type]
    good, bad = kept(OPEN), kept(OPEN, WITHDRAW)
    for each in (good, bad):
        states.add(each)
    states.trust(good, is_whole=True)
    states.trust(bad, is_whole=False)
    assert states.start_of((OPEN, WITHDRAW)) is None
    assert not states.wants((OPEN, READ))
    assert isinstance(good.state, State)
    assert good.state.forgotten
