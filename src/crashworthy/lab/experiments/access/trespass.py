"""Who is no administrator, and does what is kept for administrators: what to try, and how to play it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import (
    by_another,
    by_nobody,
    credentials,
    is_identified,
    proves_identity,
)
from crashworthy.lab.experiments.access.crossing import BEFORE, CLOSING, OBJECT
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.trial import Recorder
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.template import placeholders
from crashworthy.lab.traffic.ways import as_actor, merge

_ADMIN = word_set("admin administration staff management backoffice superuser")
# These may be what a service is about: a clinic's staff is shown to patients, and booked by them.
_MAY_BE_A_THING = word_set("staff management")
# What is meant for those who are no administrators yet.
_FOR_OTHERS = word_set("apply application me self whoami ping version feedback contact")
_FOR_ALL = word_set("login signin auth token session setup init bootstrap health register")
_MOST_READS = 4
_MOST_MAKERS = 4


@dataclass(frozen=True)
class Trespass:
    """A way by who is no administrator, and the step at which the same caller should be refused."""

    way: Way
    kept: Step
    objects: tuple[str, ...]


def trespasses(lab: Lab) -> Iterator[Trespass]:
    """Operations without an administrator that have a sibling with one."""
    for operation in lab.operations:
        way = next((each for each in lab.playbook.ways if each.operation == operation.name), None)
        if way is None or way.actor == "admin" or proves_identity(way.steps[-1]):
            continue
        last = way.steps[-1]
        identified = is_identified(way.steps, way.actor)
        made = [
            step for step in way.steps[:-1] if step.actor == "admin" and step.method != "GET" and _saved(step, last)
        ]
        own_path = operation.path.rstrip("/").endswith("}")
        if made and own_path and last.method in ("PUT", "PATCH", "DELETE"):
            if _is_for(made[-1], way):
                continue
            kept = _tried_by(made[-1], last, identified=identified)
            names = tuple(save.name for save in made[-1].saves if save.name in placeholders(last))
            yield Trespass(way, kept, names)
        elif _under_admin(operation.path):
            sibling = _sibling(operation.path, lab)
            if sibling is not None:
                yield Trespass(way, _tried_by(sibling, last, identified=identified), ())


def _is_for(made: Step, way: Way) -> bool:
    """Whether what the administrator made names the caller: by a value of the caller's own steps, or a text of them."""
    own = [step for step in way.steps[:-1] if step.actor == way.actor]
    saved = {save.name for step in own for save in step.saves}
    texts = {text for step in own for text in _unique_texts(step.body)}
    return bool(placeholders(made) & saved) or bool(texts & {*_unique_texts(made.body)})


def _unique_texts(body: Json) -> Iterator[str]:
    """Texts of a body that differ per actor."""
    if isinstance(body, str):
        if "${unique}" in body:
            yield body
    elif isinstance(body, dict | list):
        for below in body.values() if isinstance(body, dict) else body:
            yield from _unique_texts(below)


def _sibling(path: str, lab: Lab) -> Step | None:
    """The step of another operation under "admin" that was reached by an administrator, and needs no object."""
    for way in lab.playbook.ways:
        last = way.steps[-1]
        free = not placeholders(last.model_copy(update={"headers": ()})) - {"unique"}
        if way.actor == "admin" and free and way.operation.partition(" ")[2] != path and _under_admin(last.path):
            return last
    return None


def _tried_by(step: Step, like: Step, *, identified: bool) -> Step:
    if not identified:
        return by_nobody(step)
    shown = by_another(step, like.actor, credentials(like))
    return shown if credentials(step) else shown.model_copy(update={"headers": (*shown.headers, *credentials(like))})


def _saved(step: Step, last: Step) -> bool:
    in_path = placeholders(last.model_copy(update={"headers": (), "body": None, "query": ()}))
    return any(save.name in in_path for save in step.saves)


def _under_admin(path: str) -> bool:
    said = [frozenset(words(part)) for part in path.split("/") if part and "{" not in part]
    if not said or said[-1] & _FOR_OTHERS or any(each & _FOR_ALL for each in said):
        return False
    return any(each & _ADMIN for each in said)


def is_certainly_kept(path: str) -> bool:
    """Whether a path under "admin" cannot be about a thing of that name."""
    return bool({*path_words(path)} & (_ADMIN - _MAY_BE_A_THING))


def scenario(found: Trespass, lab: Lab) -> Scenario:
    """What to play."""
    return _spied(found, lab) if _is_reading(found) else _done(found, lab)


def _is_reading(found: Trespass) -> bool:
    return found.way.steps[-1].method == "GET" and not found.objects


def _done(found: Trespass, lab: Lab) -> Scenario:
    """The request, and what shows whether it was done."""
    read = pick_readback(lab.operations, lab.playbook, found.way.steps[:-1], found.way.steps[-1:])
    gets = tuple(step for step in read.observe if step.method == "GET")[:_MOST_READS]
    return Scenario(
        setup=read.setup,
        attack=(found.way.steps[-1].model_copy(update={"saves": ()}),),
        observe=(*gets, found.kept),
        settings={OBJECT: list(found.objects)},
    )


def _spied(found: Trespass, lab: Lab) -> Scenario:
    """The reading twice, what another user does, and the reading again."""
    named = {*path_words(found.way.operation.partition(" ")[2])}
    makers = [way for way in lab.playbook.ways if way.actor == "A" and way.steps[-1].method == "POST"]
    makers.sort(key=lambda way: (not named & {*path_words(way.operation.partition(" ")[2])}, len(way.steps)))
    alone = len(merge((found.way,)).setup)
    joined = merge((found.way, *(as_actor(way, "B") for way in makers[:_MOST_MAKERS])))
    last = joined.last[0].model_copy(update={"saves": ()})
    others = (*joined.setup[alone:], *joined.last[1:])
    return Scenario(
        setup=joined.setup[:alone],
        attack=(last, last, *others, last),
        observe=(found.kept,),
        settings={OBJECT: []},
    )


def play(plan: Scenario, recorder: Recorder) -> None:
    """Setup, reads, the request, the reads again, and last the request that should be refused."""
    with recorder.copy(plan, "attack") as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        parts = ((BEFORE, plan.observe[:-1]), ("attack", plan.attack), ("observe", plan.observe[:-1]))
        for part, steps in (*parts, (CLOSING, plan.observe[-1:])):
            stage.exchanges += stage.player.play(steps, part, known.variables).exchanges
    recorder.keep(stage)
