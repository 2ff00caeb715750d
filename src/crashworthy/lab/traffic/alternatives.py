"""Other values, types and whole bodies for the inputs that a refusal is about."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.operation import Operation
from crashworthy.core.value import Json
from crashworthy.lab.traffic.attempt import STRUCTURED, Draft, Workshop
from crashworthy.lab.traffic.data import patched
from crashworthy.lab.traffic.facts import Slot, slots_of
from crashworthy.lab.traffic.feedback import Feedback
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.plan import Plan, Ranked
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.template import escape

_NO_BODY = re.compile(
    r"\b(body|payload|content|part|file|data) (is |was |are )?(empty|missing|required)|\b(empty|no|missing) "
    r"(request )?(body|payload|content|data)\b"
)
_DRAWN = 12
_TYPING = frozenset({"type", "enum", "const", "format", "pattern", "properties", "anyOf", "oneOf", "allOf"})


def other_values(workshop: Workshop, operation: Operation, plan: Plan, slots: list[Slot], feedback: Feedback) -> Ranked:
    """Other members of enumerations; smaller and larger amounts."""
    plans: Ranked = []
    given = dict(plan.values)
    for slot in slots:
        if slot.path[0] != "body":
            continue
        patch = json.loads(dict(plan.patches).get(slot.path, "null")) or {}
        enum = patch.get("enum", slot.data_schema.get("enum", list(workshop.options(slot)) or None))
        mentioned = slot.path in feedback.mentioned
        if isinstance(enum, list):
            rest: list[Json] = [value for value in enum[1:6] if value is not None]
            near = mentioned or words(slot.name)[-1] in feedback.text
            plans += [((0.7 if near else 2.4) + 0.1 * n, plan.give(slot.path, value)) for n, value in enumerate(rest)]
        elif slot.path not in given and (feedback.state or mentioned) and _is_amount(workshop, slot, operation):
            plans += [(1.6 + 0.2 * n, plan.give(slot.path, value)) for n, value in enumerate((1, 100, 10_000))]
    return plans


def other_types(plan: Plan, draft: Draft, slots: list[Slot], feedback: Feedback) -> Ranked:
    """Other types for an input that a message names and nothing declares: what its name says may be wrong."""
    typed = {slot.path for slot in slots if slot.data_schema.keys() & _TYPING}
    typed |= {path for path, patch in plan.patches if (json.loads(patch) or {}).keys() & _TYPING}
    wrong = [path for path in draft.given if path in feedback.mentioned and path not in {*typed, *feedback.patches}]
    return [
        (0.8 + 0.3 * n, plan.patch({path: {"type": kind}}))
        for path in wrong[:2]
        for n, kind in enumerate(("string", "integer", "array", "object"))
    ]


def drawn(workshop: Workshop, operation: Operation, plan: Plan, number: int) -> Ranked:
    """Bodies that the operation's schema allows, drawn by chance, the same for the same `number`.

    What refers to things, and what the plan has values for, stays.
    """
    if operation.body is None or not isinstance(operation.body.data_schema.get("properties"), dict):
        return []
    from crashworthy.lab.traffic.generate import draw

    kept = {path[1] for path, _ in plan.values if path[0] == "body"}
    for slot in slots_of(operation):
        if slot.path[0] == "body" and (workshop.refers(slot, operation) or workshop.is_bound(slot, operation, plan)):
            kept.add(slot.path[1])
    plans: Ranked = []
    for place, body in enumerate(draw(taught(operation.body.data_schema, plan), _DRAWN, number)):
        given = plan
        for name, value in body.items() if isinstance(body, dict) else ():
            given = given if name in kept else given.give(("body", name), escape(value))
        plans.append((0.01 * place, given))
    return plans


def taught(schema: Schema, plan: Plan) -> Schema:
    """The schema of a body with what answers said of its fields."""
    properties = schema.get("properties")
    known = dict(properties) if isinstance(properties, dict) else {}
    for path, text in plan.patches:
        patch, own = json.loads(text), known.get(path[-1])
        if path[0] == "body" and len(path) == 2 and isinstance(patch, dict):
            known[path[1]] = patched(own if isinstance(own, dict) else {}, patch)
    return {**schema, "properties": known}


def raw_bodies(operation: Operation, plan: Plan, feedback: Feedback, status: int, media_types: Sequence[str]) -> Ranked:
    """Files as whole bodies: of the types that the answer names, those that the source names, and plain ones."""
    if operation.is_safe or operation.method == "DELETE" or plan.content_type not in (None, *STRUCTURED):
        return []
    wanted = status == 415 or _NO_BODY.search(feedback.text) is not None
    if not wanted and (operation.body is not None or plan.patches):
        return []
    named = re.findall(r"\b(?:image|application|text)/[a-z0-9.+-]+", feedback.text)
    known = dict.fromkeys((*named, *media_types, "application/octet-stream", "text/plain"))
    kinds = [kind for kind in known if kind not in STRUCTURED]
    return [((0.4 if wanted else 2.0) + 0.1 * n, replace(plan, content_type=kind)) for n, kind in enumerate(kinds)]


def _is_amount(workshop: Workshop, slot: Slot, operation: Operation) -> bool:
    return slot.data_schema.get("type") in ("integer", "number") and not workshop.refers(slot, operation)
