"""Plays on two processes of the service that work on the same files and databases.

Both are started before the set-up, which the first one serves, as it does what is read back. Settings of a scenario:

- `away`: which requests of the attack, by index, the second process serves,
- `primed`: what is read back is read once before the attack too, so that caches are warm,
- `settle_s`: seconds to wait before what is there is read back,
- `idle`: the second process runs too, and is asked for nothing, as in one of the controls.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlsplit

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.trial import Recorder

AWAY = "away"
PRIMED = "primed"
SETTLE = "settle_s"
IDLE = "idle"


def play(recorder: Recorder, scenario: Scenario, purpose: str, *, order: Sequence[int] | None = None) -> Trial:
    """Play `scenario` once. OutOfTimeError when the time is over before, StartError when no second process starts."""
    picked = tuple(range(len(scenario.attack))) if order is None else tuple(order)
    away = scenario.settings.get(AWAY)
    with recorder.copy(scenario, purpose) as stage, ExitStack() as stack:
        player, first = stage.player, stage.instance.base_url
        two = isinstance(away, list) or scenario.settings.get(IDLE)
        second = stack.enter_context(recorder.lab.testbed.again()).base_url if two else first
        # As behind one address: what an answer or a token says of the host must not tell the two apart.
        player.host = urlsplit(first).netloc
        known = player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        if scenario.settings.get(PRIMED):
            stage.exchanges += player.play(scenario.observe, "probe", known.variables).exchanges
        for index in picked:
            player.base_url = second if isinstance(away, list) and index in away else first
            stage.exchanges += player.play((scenario.attack[index],), "attack", known.variables).exchanges
        player.base_url = first
        settle = scenario.settings.get(SETTLE, 0.0)
        time.sleep(float(settle) if isinstance(settle, int | float) else 0.0)
        stage.exchanges += player.play(scenario.observe, "observe", known.variables).exchanges
        stage.collect()
    return recorder.keep(replace(stage, order=picked))
