"""How quick this service is: what a trial costs before it has begun to try anything."""

from __future__ import annotations

import time

from crashworthy.core.playbook import Playbook
from crashworthy.lab.experiments.experiment import USUAL_TRIAL_S
from crashworthy.lab.testbed import Testbed
from crashworthy.lab.traffic.player import Player

_TIMEOUT_S = 5.0


def trial_seconds(testbed: Testbed, playbook: Playbook, *, quick_hashes: bool) -> float:
    """Seconds for a fresh copy and the set-up of a way of usual length, measured once."""
    ways = sorted(playbook.ways, key=lambda way: len(way.steps))
    if not ways:
        return USUAL_TRIAL_S
    steps = ways[len(ways) // 2].steps
    began = time.monotonic()
    with testbed.fresh() as instance:
        player = Player(instance.base_url, timeout_s=_TIMEOUT_S, sensor=quick_hashes, quick_hashes=quick_hashes)
        player.play(steps, "setup", stop_at_failure=True)
    return time.monotonic() - began
