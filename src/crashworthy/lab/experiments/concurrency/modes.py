"""By which interleavings to bring requests together, and how often each."""

from __future__ import annotations

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Interleaving
from crashworthy.lab.experiments.concurrency.serializability import Variant
from crashworthy.lab.experiments.concurrency.wording import is_write
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.testbed import Capability

Mode = tuple[Interleaving, int]
"""An interleaving and the seed of its sleeps."""

_Wanted = tuple[tuple[Interleaving, Capability | None, int], ...]

_BLIND: _Wanted = ((Interleaving.PLAIN, None, 6),)
_WRITING: dict[bool, _Wanted] = {
    True: (
        (Interleaving.BARRIER, Capability.BARRIER, 2),
        (Interleaving.OVERTAKE, Capability.BARRIER, 1),
        (Interleaving.TURNS, Capability.SLEEP, 2),
        (Interleaving.SLEEP, Capability.SLEEP, 2),
        (Interleaving.PLAIN, None, 1),
        (Interleaving.LINE, Capability.LINE, 1),
    ),
    False: (
        (Interleaving.BARRIER, Capability.BARRIER, 1),
        (Interleaving.OVERTAKE, Capability.BARRIER, 1),
        (Interleaving.TURNS, Capability.SLEEP, 1),
        (Interleaving.SLEEP, Capability.SLEEP, 1),
        (Interleaving.LINE, Capability.LINE, 1),
    ),
}
_IN_MEMORY: dict[bool, _Wanted] = {
    True: (
        (Interleaving.TURNS, Capability.SLEEP, 3),
        (Interleaving.SLEEP, Capability.SLEEP, 2),
        (Interleaving.LINE, Capability.LINE, 4),
        (Interleaving.PLAIN, None, 1),
    ),
    False: (
        (Interleaving.TURNS, Capability.SLEEP, 2),
        (Interleaving.SLEEP, Capability.SLEEP, 2),
        (Interleaving.LINE, Capability.LINE, 2),
        (Interleaving.PLAIN, None, 1),
    ),
}


def modes(lab: Lab, control: Trial, variant: Variant, *, thorough: bool) -> list[Mode]:
    """Interleavings to try, with seeds: by what the sensor can do and where the requests keep what they change.

    Thorough where the source looks wrong; elsewhere each way of interleaving has its chance in less time.
    """
    can = lab.testbed.capabilities
    seeds = lab.rng("lost-update", variant.name, *(step.operation for step in variant.attack))
    if Capability.REQUESTS not in can:
        wanted = _BLIND
    elif any(map(is_write, control.events)):
        wanted = _WRITING[thorough]
    else:
        wanted = _IN_MEMORY[thorough]
    if len(set(variant.kinds)) > 1:
        # Which of two writes comes last decides what different requests show, and only this interleaving settles it.
        wanted = tuple(sorted(wanted, key=lambda item: item[0] is not Interleaving.OVERTAKE))
    planned: list[Mode] = []
    for mode, needs, n in wanted:
        if needs is not None and needs not in can:
            continue
        if mode is Interleaving.OVERTAKE:
            # Each kind of request is overtaken once.
            first = seeds.randrange(10**4) * len(variant.attack)
            planned += [(mode, first + index) for index in dict.fromkeys(variant.kinds)]
        else:
            planned += [(mode, seeds.randrange(10**6)) for _ in range(n)]
    return planned
