from __future__ import annotations

import pytest

from crashworthy.core.finding import Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.input.stalls import MANY, judge_stalls
from sick_services.histories import READ, exchange


def control(answered: int = MANY, refusal: int = 429) -> Trial:
    alone = [exchange(READ, "attack", 200, id_=f"{n}", started=n / 100, ended=n / 100 + 0.01) for n in range(answered)]
    if answered < MANY:
        alone.append(exchange(READ, "attack", refusal, id_="refused", started=1.0, ended=1.01))
    return Trial(id="control-1", purpose="control", scenario=Scenario(), exchanges=tuple(alone))


def burst(*after: Exchange, **settings: Json) -> Trial:
    crowd = [exchange(READ, "attack", None if n % 2 else 200, id_=f"{n}", ended=3.0) for n in range(MANY)]
    scenario = Scenario(attack=(READ,), observe=(READ,), settings={"at_once": MANY, **settings})
    return Trial(id="burst-1", purpose="burst", scenario=scenario, exchanges=(*crowd, *after))


def after(status: int | None, seconds: float = 0.1) -> Exchange:
    return exchange(READ, "observe", status, id_="after", started=5.0, ended=5.0 + seconds)


def history(*trials: Trial) -> History:
    return History(
        id="h", experiment="parallel-requests", weakness="x", operations=("GET /stock",), seed=0, trials=trials
    )


@pytest.mark.parametrize("answers", [(after(None, 10.0),), (after(500), after(500))], ids=["held", "fails twice"])
def test_who_is_alone_and_waits_in_vain_after_a_crowd_is_proof(answers: tuple[Exchange, ...]) -> None:
    judgement = judge_stalls(history(control(), burst(*answers)))
    assert judgement.status is Status.PROVEN, judgement.why
    assert "after 50 of 100 at once were answered" in judgement.seen


@pytest.mark.parametrize(
    ("trials", "status"),
    [
        ((control(), burst(after(200, 4.0))), Status.HELD),
        ((control(), burst(after(503))), Status.HELD),
        ((control(), burst(after(429))), Status.HELD),
        ((control(), burst(after(500), after(200))), Status.HELD),
        ((control(), burst(after(None, 3.0))), Status.UNKNOWN),
        ((control(answered=60),), Status.HELD),
        ((control(answered=60, refusal=500),), Status.UNKNOWN),
        ((control(),), Status.UNKNOWN),
    ],
    ids=["slow", "refused", "limited", "recovered", "cut short", "limited also alone", "fails alone", "not made"],
)
def test_what_is_no_proof(trials: tuple[Trial, ...], status: Status) -> None:
    assert judge_stalls(history(*trials)).status is status


def test_a_short_wait_is_proof_where_the_scenario_asks_for_no_more() -> None:
    judgement = judge_stalls(history(control(), burst(after(None, 4.0), hold_s=4.0)))
    assert judgement.status is Status.PROVEN
    assert judgement.scenario is not None
    assert judgement.scenario.settings == {"at_once": MANY}
