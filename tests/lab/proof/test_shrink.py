from __future__ import annotations

from crashworthy.core.scenario import Interleaving, Scenario, Step
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

    found = shrink(scenario, still_shows, lambda: True)
    assert found == scenario.model_copy(
        update={"setup": (step("/b"),), "observe": (step("/s"),), "attack": (step("/x", n=1), step("/x", n=1))}
    )


def test_a_serial_attack_shrinks_to_one_request() -> None:
    scenario = Scenario(attack=(step("/x"),) * 16)
    assert len(shrink(scenario, lambda smaller: len(smaller.attack) >= 3, lambda: True).attack) == 3
    assert len(shrink(scenario, lambda _: True, lambda: True).attack) == 1


def test_nothing_happens_without_time() -> None:
    scenario = Scenario(attack=(step("/x"),) * 4)
    assert shrink(scenario, lambda _: True, lambda: False) == scenario
