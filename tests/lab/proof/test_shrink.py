from __future__ import annotations

import math
import time

from crashworthy.core.scenario import Interleaving, Save, Scenario, Step
from crashworthy.lab.proof.shrink import shrink


def step(path: str, **body: int) -> Step:
    return Step(operation=f"POST {path}", method="POST", path=path, body=dict(body) or None)


def test_what_is_not_needed_goes() -> None:
    scenario = Scenario(
        setup=(step("/a"), step("/b"), step("/c")),
        attack=(step("/x", n=1, m=2), step("/x", n=1, m=2), step("/x", n=1, m=2)),
        observe=(step("/r"), step("/s")),
        interleaving=Interleaving.BARRIER,
    )

    def still_shows(smaller: Scenario) -> bool:
        return (
            step("/b") in smaller.setup
            and step("/s") in smaller.observe
            and all(isinstance(each.body, dict) and "n" in each.body for each in smaller.attack)
        )

    found = shrink(scenario, still_shows, lambda: math.inf)
    assert found == scenario.model_copy(
        update={"setup": (step("/b"),), "observe": (step("/s"),), "attack": (step("/x", n=1), step("/x", n=1))}
    )


def test_a_serial_attack_shrinks_to_one_request() -> None:
    scenario = Scenario(attack=(step("/x"),) * 16)
    assert len(shrink(scenario, lambda smaller: len(smaller.attack) >= 3, lambda: math.inf).attack) == 3
    assert len(shrink(scenario, lambda _: True, lambda: math.inf).attack) == 1


def test_nothing_happens_without_time() -> None:
    scenario = Scenario(attack=(step("/x"),) * 4)
    assert shrink(scenario, lambda _: True, lambda: 0.0) == scenario


def test_a_try_is_not_begun_when_the_longest_so_far_would_not_fit() -> None:
    scenario = Scenario(setup=(step("/a"), step("/b"), step("/c")), attack=(step("/x"),))
    tried: list[Scenario] = []

    def takes_long(smaller: Scenario) -> bool:
        tried.append(smaller)
        time.sleep(0.02)
        return False

    assert shrink(scenario, takes_long, lambda: 0.01) == scenario
    assert len(tried) == 1


def test_what_feeds_another_step_is_not_tried_without() -> None:
    made = step("/things").model_copy(update={"saves": (Save(name="thing", path="/id"),)})
    used = step("/things/${thing}/close")
    scenario = Scenario(setup=(made, step("/b")), attack=(used,))
    tried: list[Scenario] = []

    def still_shows(smaller: Scenario) -> bool:
        tried.append(smaller)
        return True

    assert shrink(scenario, still_shows, lambda: math.inf).setup == (made,)
    assert len(tried) == 1
