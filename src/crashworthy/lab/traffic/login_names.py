"""What a login takes: what a sign-up was given, under the names that the login has for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.actors import sign_up_score
from crashworthy.lab.traffic.attempt import Workshop
from crashworthy.lab.traffic.autofill import CURRENT_PASSWORD, NEW_PASSWORD, USERNAME, named_for
from crashworthy.lab.traffic.facts import Slot
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.plan import Plan, Ranked


def login_names(workshop: Workshop, operation: Operation, slots: Sequence[Slot], plan: Plan) -> Ranked:
    """For a login: what sign-up was given as a name, in place of the name that the login asks for."""
    plans: Ranked = []
    sign_ups = [lesson for lesson in workshop.knowledge.lessons.values() if sign_up_score(lesson.operation) > 0]
    for lesson in sign_ups[:1]:
        sent = lesson.way.steps[-1].body
        if lesson.operation.name == operation.name or not isinstance(sent, dict):
            continue
        base = plan if lesson.operation.name in plan.before else plan.then(lesson.operation.name)
        plans.append((0.05, base))
        declared = {purpose: named_for(operation, (purpose,)) for purpose in (CURRENT_PASSWORD, USERNAME)}
        for purpose, origin in ((CURRENT_PASSWORD, NEW_PASSWORD), (USERNAME, USERNAME)):
            for name, first in product(declared[purpose], named_for(lesson.operation, (origin,))):
                base = base.give(("body", name), sent[first]) if first in sent else base
        if base.values:
            plans.append((0.1, base))
        for slot in slots:
            parts = {*words(slot.name)}
            if parts & {"password", "passwd", "pwd", "passphrase", "pin"}:
                same = [value for name, value in sent.items() if {*words(name)} & parts]
            else:
                same = [
                    value
                    for name, value in sent.items()
                    if {*words(name)} & {"email", "username", "login", "phone", "name", "user", "mail"}
                ]
            if slot.path[0] == "body" and parts & {
                "email",
                "username",
                "login",
                "phone",
                "name",
                "user",
                "identifier",
                "mail",
                "password",
            }:
                plans += [(0.2 + 0.1 * n, base.give(slot.path, value)) for n, value in enumerate(same)]
    return plans
