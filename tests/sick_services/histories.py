"""Hand-made trials, so that judges are tested without a service."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

from crashworthy.core.history import Exchange, History, Request, Response, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Interleaving, Scenario, Step
from crashworthy.core.value import Json

_NUMBERS = itertools.count(1)

BUY = Step(operation="POST /buy", method="POST", path="/buy", body={"n": 1})
READ = Step(operation="GET /stock", method="GET", path="/stock")


def exchange(
    step: Step,
    part: str,
    status: int | None,
    body: Json = None,
    *,
    id_: str = "1",
    started: float = 0.0,
    ended: float = 0.1,
    error: str = "timed out after 10 s",
) -> Exchange:
    return Exchange(
        id=id_,
        part=part,
        actor=step.actor,
        operation=step.operation,
        request=Request(method=step.method, url=f"http://service{step.path}"),
        response=Response(status=status, body=json.dumps(body)) if status is not None else None,
        error=None if status is not None else error,
        started=started,
        ended=ended,
    )


def race_trial(
    purpose: str,
    statuses: Sequence[int | None],
    final: Json,
    *,
    attack: Sequence[Step] = (BUY, BUY),
    order: Sequence[int] | None = None,
    how: Interleaving = Interleaving.SERIAL,
    variant: str = "twice",
    events: Sequence[SensorEvent] = (),
) -> Trial:
    """A trial with one reading; `statuses` in the order in which the requests were made."""
    picked = tuple(range(len(attack))) if order is None else tuple(order)
    scenario = Scenario(attack=tuple(attack), observe=(READ,), interleaving=how, settings={"variant": variant})
    attacks = [
        exchange(attack[index], "attack", status, id_=f"a{index}")
        for index, status in zip(picked, statuses, strict=True)
    ]
    return Trial(
        id=f"{purpose}-{next(_NUMBERS)}",
        purpose=purpose,
        scenario=scenario,
        order=picked,
        exchanges=(*attacks, exchange(READ, "observe", 200, final, id_="o1")),
        events=tuple(events),
    )


def race_history(*trials: Trial, location: Location | None = None) -> History:
    return History(
        id="h",
        experiment="lost-update",
        weakness="lost-update",
        operations=("POST /buy",),
        location=location,
        seed=0,
        trials=trials,
    )


def serial_twice(final: Json = 8, baseline: Json = 10) -> list[Trial]:
    """The controls: two equal plays, none of the requests, and one at another pace."""
    return [
        race_trial("control", [200, 200], {"stock": final}),
        race_trial("control", [200, 200], {"stock": final}),
        race_trial("baseline", [], {"stock": baseline}, order=()),
        race_trial("late control", [200, 200], {"stock": final}),
    ]
