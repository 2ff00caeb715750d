"""Which answers tell the state that an attack may have changed: the reads of the objects that its set-up made."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.actors import ends_session
from crashworthy.lab.traffic.template import placeholders
from crashworthy.lab.traffic.ways import actors_of, as_actor, bind, with_save

_PER_OPERATION = 4
_MAX_STEPS = 16


@dataclass(frozen=True)
class Readback:
    """`setup` is the given set-up, saving what `observe` needs in addition; `observe` reads the state back."""

    setup: tuple[Step, ...]
    observe: tuple[Step, ...]


def pick_readback(
    operations: Sequence[Operation], playbook: Playbook, setup: Sequence[Step], attack: Sequence[Step] = ()
) -> Readback:
    """The reached safe operations that can be asked about the objects of `setup`, as any of its actors.

    A read is taken when each step that its own way needs beforehand is there in `setup`: the same operation by the
    same actor, whatever data it sent. A read of one object is taken once per object that `setup` made. Those that
    share values with the attack come first, then those under the same paths. What only the attack made cannot be
    read by its id.
    """
    steps = list(setup)
    found: dict[str, tuple[tuple[int, int], Step]] = {}
    for operation in operations:
        if not operation.is_safe or ends_session(operation):
            continue
        for way in _ways(playbook, operation, (*setup, *attack)):
            for names in itertools.islice(_bindings(way, steps), _PER_OPERATION):
                step = bind(way.steps[-1], names).model_copy(update={"saves": ()})
                key = step.model_copy(update={"actor": ""}).model_dump_json()
                found.setdefault(key, (_distance(step, operation, setup, attack), step))
    ranked = sorted(found.values(), key=lambda item: item[0])
    return Readback(tuple(steps), tuple(step for _, step in ranked[:_MAX_STEPS]))


def _ways(playbook: Playbook, operation: Operation, steps: Sequence[Step]) -> Iterator[Way]:
    """The known ways, and the shortest as each actor who takes part."""
    own = [way for way in playbook.ways if way.operation == operation.name]
    yield from own
    for actor in actors_of(steps):
        for way in own[:1]:
            if way.actor in ("A", "B") and actor in ("A", "B"):
                yield as_actor(way, actor)


def _bindings(way: Way, steps: list[Step]) -> Iterator[dict[str, str]]:
    """Each choice of set-up steps for the steps of the way, as names of its values; adds saves to `steps`."""
    needed = way.steps[:-1]
    choices = [
        [place for place, step in enumerate(steps) if (step.operation, step.actor) == (own.operation, own.actor)]
        for own in needed
    ]
    if not all(choices):
        return
    for places in itertools.product(*choices):
        if len(set(places)) < len(places):
            continue
        names: dict[str, str] = {}
        taken = {save.name for step in steps for save in step.saves}
        for place, own in zip(places, needed, strict=True):
            for save in own.saves:
                number, name = 1, save.name
                while name in taken:
                    number, name = number + 1, f"{save.name}_{number + 1}"
                steps[place], names[save.name] = with_save(steps[place], save.model_copy(update={"name": name}))
                taken.add(names[save.name])
        yield names


def _distance(step: Step, operation: Operation, setup: Iterable[Step], attack: Iterable[Step]) -> tuple[int, int]:
    """Lower is nearer to what the attack does."""
    attacked = list(attack) or list(setup)
    shared = placeholders(step) & frozenset().union(*(placeholders(each) for each in attacked))
    in_path = {name for name in shared if f"${{{name}}}" in step.path}
    first = operation.path.split("/")[1:2]
    same_paths = any(first == each.operation.partition(" ")[2].split("/")[1:2] for each in attacked)
    return (0 if in_path else 1 if same_paths else 2, len(operation.path))
