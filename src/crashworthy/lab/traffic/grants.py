"""Rights that somebody else must give: the administrator calls the operation that takes a role, for the caller."""

from __future__ import annotations

import re

from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import sign_up_score
from crashworthy.lab.traffic.base import Base
from crashworthy.lab.traffic.facts import Slot, slots_of
from crashworthy.lab.traffic.hints import Hints
from crashworthy.lab.traffic.knowledge import Knowledge, Lesson, Source
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.plan import Grant, with_value
from crashworthy.lab.traffic.ways import bind

_MOST_ROLES = 3
_ROLES = frozenset({"role", "group", "permission", "rank", "privilege", "scope"})


def grants_for(refusal: str, actor: str, knowledge: Knowledge, hints: Hints) -> list[Grant]:
    """Roles that a known operation gives to the actor: those that the refusal names, else any."""
    said = {*re.findall(r"[\w-]+", refusal.lower())}
    named: list[Grant] = []
    guesses: list[Grant] = []
    for name, lesson in knowledge.lessons.items():
        if lesson.operation.is_safe or lesson.operation.method == "DELETE" or lesson.way.actor == actor:
            continue
        for slot in slots_of(lesson.operation):
            enum = slot.data_schema.get("enum")
            values = enum if isinstance(enum, list) else list(hints.values.get(slot.name, ()))
            roles = [value for value in values if isinstance(value, str)]
            if slot.path[0] != "body" or not roles or subject(lesson, actor, knowledge) is None:
                continue
            named += [Grant(name, slot.path, role) for role in roles if role.lower() in said]
            if {*words(slot.name)} & _ROLES:
                guesses += [Grant(name, slot.path, role) for role in roles]
    return (named or guesses)[:_MOST_ROLES]


def subject(lesson: Lesson, actor: str, knowledge: Knowledge) -> tuple[Slot, Source] | None:
    """The input of the operation that says who is meant, and where the actor's own value for it comes from."""
    slots = slots_of(lesson.operation)
    for slot in slots:
        for source in knowledge.sources(slot, slots, lesson.operation):
            operation = source.fact.operation
            own = sign_up_score(operation) > 0 or (operation.is_safe and "{" not in operation.path)
            if slot.is_reference and source.fact.save is not None and source.fact.way.actor == actor and own:
                return slot, source
    # Paths may have another word for users than the sign-up.
    references = [slot for slot in slots if slot.is_reference]
    accounts = ((slot, knowledge.account(actor, slot)) for slot in references)
    return next(((slot, source) for slot, source in accounts if source is not None), None)


def give(grant: Grant, actor: str, knowledge: Knowledge, base: Base) -> None:
    """Play the operation that gives the right to the actor. Raises SetupFailedError."""
    lesson = knowledge.lessons.get(grant.operation)
    found = subject(lesson, actor, knowledge) if lesson else None
    if lesson is None or found is None:
        return
    slot, source = found
    assert source.fact.save is not None
    names = base.include(source.steps)
    who = f"${{{names[source.fact.save.name]}}}"
    names = base.include(lesson.way.steps[:-1])
    last = lesson.way.steps[-1]
    step = with_value(bind(last.model_copy(update={"saves": ()}), names), grant.path, grant.role)
    base.look(_about(step, slot, who, lesson.operation.path))


def _about(step: Step, slot: Slot, who: Json, template: str) -> Step:
    """The step with another value for the input that says who is meant."""
    if slot.path[0] != "path":
        return with_value(step, slot.path, who)
    names = re.findall(r"\{([^{}]*)\}", template)
    match = re.fullmatch(re.sub(r"\\\{[^{}]*\\\}", "([^/]+)", re.escape(template)), step.path)
    path = template
    for name, text in zip(names, match.groups() if match else (), strict=False):
        path = path.replace("{" + name + "}", str(who) if name == slot.name else text)
    return step.model_copy(update={"path": path})
