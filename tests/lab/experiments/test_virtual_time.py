"""Whoever sleeps is waited for once; from then on the service's own clock passes the time."""

from __future__ import annotations

from pathlib import Path

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Interleaving, Scenario
from crashworthy.lab.experiments.trial import Recorder, of_part
from sick_services.catalog import ACCOUNTS
from sick_services.stand import open_lab, service_file


def passed_s(trial: Trial) -> float:
    return max(
        (float(str(event.data.get("passed_s", 0))) for event in trial.events if event.kind == "turns"), default=0
    )


def test_sleeps_of_requests_are_over_at_once_after_one_was_seen(tmp_path: Path) -> None:
    text = service_file("lost_update", "fastapi_async_memory_sick").read_text()
    slow = tmp_path / "slow.py"
    slow.write_text(text.replace("asyncio.sleep(0)", "asyncio.sleep(1)"))
    with open_lab(slow, "fastapi", ACCOUNTS) as lab:
        steps = ACCOUNTS.playbook.ways[2].steps
        scenario = Scenario(setup=steps[:1], attack=steps[1:] * 2, observe=ACCOUNTS.playbook.ways[1].steps[1:])
        recorder = Recorder(lab, "lost-update", virtual=True)
        first, second = (recorder.play(scenario, "control") for _ in range(2))
        together = recorder.play(scenario.model_copy(update={"interleaving": Interleaving.TURNS}), "concurrent")
        as_it_is = Recorder(lab, "lost-update").play(scenario, "control")
    assert passed_s(first) == passed_s(as_it_is) == 0
    assert passed_s(second) > 0.9
    assert passed_s(together) > 0.9
    answers = [of_part(each, "observe")[0].response for each in (first, second, together)]
    balances = [answer.body for answer in answers if answer is not None]
    assert balances[0] == balances[1]
    assert "90" in balances[2]
