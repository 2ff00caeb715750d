"""What is played: A makes an object, B has an account and an object of the kind, and then B or nobody goes for A's.

One play holds all that its judge needs: A's reads twice (what moves by itself is no effect), the same reads by B and by
nobody, the request under test, A's reads again, and last what may change more: nobody making such an object, and B
trying the other operations on A's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.history import Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.experiments.access.callers import (
    by_another,
    by_nobody,
    credentials,
    is_identified,
    proves_identity,
)
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.trial import Recorder
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.session import succeeded
from crashworthy.lab.traffic.template import placeholders
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge

BEFORE, AGAIN, CLOSING = "before", "probe", "closing"
"""Parts of a trial: the reads before the attack, A's reads once more, and what is tried last."""

OBJECT = "object"
"""Setting: the names of the saved values that are A's object, as a list."""

_MOST_READS = 8
_MOST_SIBLINGS = 4
_OWN_TEXT = re.compile(r"(?<!\$)\$\{unique\}1")
_SHARING = re.compile(r"share|invite|grant|collaborat|member|permission|access|public", re.IGNORECASE)


@dataclass(frozen=True)
class Crossing:
    """An operation on an object of A's: the setup for A and B, and the step as each of them takes it."""

    setup: tuple[Step, ...]
    own: Step
    other: Step | None
    objects: tuple[str, ...]

    @property
    def attempts(self) -> tuple[Step, ...]:
        """The step by nobody, then by B."""
        return (by_nobody(self.own), *([self.other] if self.other is not None else []))


def crossing(way: Way) -> Crossing | None:
    """How others could go for A's object; None where the way names no object of A's own, or shares it on purpose."""
    if way.actor != "A" or any(step.actor == "B" or _shares(step) for step in way.steps[:-1]):
        return None
    identified = is_identified(way.steps, "A") and is_personal(way.steps)
    mirror = as_actor(way, "B")
    joined = merge((way, mirror)) if identified else merge((way,))
    own = joined.last[0]
    named = placeholders(own.model_copy(update={"headers": ()})) - {"unique"}
    made = [
        save.name
        for step in joined.setup
        if step.actor == "A" and step.method != "GET"
        for save in step.saves
        if save.name in named
    ]
    if not made and not _OWN_TEXT.search(own.path):
        return None
    other = by_another(own, "B", credentials(joined.last[1])) if identified else None
    return Crossing(joined.setup, own, other, tuple(dict.fromkeys(made)))


def scenario(cross: Crossing, lab: Lab) -> Scenario:
    """The whole play, without an attack yet: `observe` holds the reads and, last, what may change more."""
    read = pick_readback(lab.operations, lab.playbook, cross.setup, (cross.own,))
    own_reads = [step for step in read.observe if step.actor == "A" and step.method == "GET"][:_MOST_READS]
    if cross.own.method == "GET" and not any(step.path == cross.own.path for step in own_reads):
        own_reads.append(cross.own.model_copy(update={"saves": ()}))
    reads: list[Step] = []
    for step in own_reads:
        reads += [step, *([by_another(step, "B", credentials(cross.other))] if cross.other else []), by_nobody(step)]
    return Scenario(
        setup=read.setup,
        observe=(*reads, *_closing(cross, lab, read.setup)),
        settings={OBJECT: list(cross.objects)},
    )


def play(plan: Scenario, purpose: str, recorder: Recorder) -> Trial:
    """Play the scenario. Of several attempts in `attack`, those after the first that let another in are not made."""
    reads = tuple(step for step in plan.observe if step.method == "GET")
    closing = tuple(step for step in plan.observe if step.method != "GET")
    own = tuple(step for step in reads if step.actor == "A")
    with recorder.copy(plan, purpose) as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        if not set_up(plan, stage.trial("")):
            return recorder.keep(stage)
        for part, steps in ((BEFORE, reads), (AGAIN, own)):
            stage.exchanges += stage.player.play(steps, part, known.variables).exchanges
        for step in plan.attack:
            (answer,) = stage.player.play((step,), "attack", known.variables).exchanges
            stage.exchanges.append(answer)
            if succeeded(answer) and step.actor != "A":
                break
        for part, steps in (("observe", own), (CLOSING, closing)):
            stage.exchanges += stage.player.play(steps, part, known.variables).exchanges
    return recorder.keep(stage)


def fillings(cross: Crossing, lab: Lab, setup: Sequence[Step]) -> Iterator[Step]:
    """What A may do with the object, so that a read below it has something to show."""
    known = {save.name for step in setup for save in step.saves} | {"unique"}
    for way in lab.playbook.ways:
        step = way.steps[-1]
        if way.actor == "A" and step.method in ("POST", "PUT"):
            renamed = _renamed(step, cross)
            if renamed is not None and placeholders(renamed) <= known:
                yield renamed


def set_up(plan: Scenario, trial: Trial) -> bool:
    """Whether A's object is there and B has an account. That B's own object could not be made does not matter."""
    played = [exchange for exchange in trial.exchanges if exchange.part == "setup"]
    return all(
        succeeded(exchange) or (step.actor == "B" and bool(credentials(step)))
        for step, exchange in zip(plan.setup, played, strict=False)
    )


def _closing(cross: Crossing, lab: Lab, setup: Sequence[Step]) -> Iterator[Step]:
    """Nobody making such an object, and B at the other operations that take A's object in their path."""
    maker = maker_of(setup, cross.objects)
    if maker is not None:
        yield by_nobody(maker)
    if cross.other is None or not cross.objects:
        return
    known = {save.name for step in setup for save in step.saves} | {"unique"}
    siblings = 0
    for way in lab.playbook.ways:
        step = way.steps[-1]
        if way.actor != "A" or step.method == "GET" or step.operation == cross.own.operation:
            continue
        renamed = _renamed(step, cross)
        if renamed is not None and placeholders(renamed) <= known and siblings < _MOST_SIBLINGS:
            siblings += 1
            yield by_another(renamed, "B", credentials(cross.other))


def _renamed(step: Step, cross: Crossing) -> Step | None:
    """The step on A's object, where its path takes that very value (it is saved under one name by one step)."""
    in_path = placeholders(step.model_copy(update={"headers": (), "body": None, "query": ()}))
    if not in_path & frozenset(cross.objects):
        return None
    headers = credentials(cross.own)
    kept = tuple(pair for pair in step.headers if pair not in credentials(step))
    return step.model_copy(update={"headers": (*kept, *headers), "saves": ()})


def _shares(step: Step) -> bool:
    """Whether the step lets others in. Sign-ups of members and tokens for access are none."""
    return not proves_identity(step) and bool(_SHARING.search(step.operation.rpartition("/")[2])) and "{" in step.path


def maker_of(setup: Sequence[Step], objects: Sequence[str]) -> Step | None:
    """The step that made A's object; None where the object is the account itself, which nobody has before."""
    makers = [step for step in setup if any(save.name in objects for save in step.saves)]
    if not makers or proves_identity(makers[-1]):
        return None
    shows_header = any(credentials(step) for step in setup if step.actor == "A")
    return None if shows_header and not credentials(makers[-1]) else makers[-1]


def objects_of(plan: Scenario) -> tuple[str, ...]:
    """The names in the setting OBJECT."""
    value = plan.settings.get(OBJECT)
    return tuple(str(name) for name in value) if isinstance(value, list) else ()
