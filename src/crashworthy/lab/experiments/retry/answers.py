"""What the answers to two equal requests tell, where nothing that can be read back does."""

from __future__ import annotations

import json
import re

from crashworthy.core.history import Trial
from crashworthy.lab.experiments.effects import gives
from crashworthy.lab.experiments.readback.reading import object_of
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.meanings import MONEY
from crashworthy.lab.traffic.names import words

_IDENTIFIES = re.compile(r"(^|_)(id|code|number|uuid|key|serial|token|reference)$", re.IGNORECASE)


def made_twice(operation: str, trial: Trial) -> tuple[str, str] | None:
    """Two things that are worth money, each with an id of its own: what a client expects, and what it is given."""
    answers = [exchange.response.body for exchange in of_part(trial, "attack") if exchange.ok and exchange.response]
    if len(answers) != 2 or not gives(operation):
        return None
    first, second = map(object_of, answers)
    own = [field for field in first if _IDENTIFIES.search(field) and first[field] != second.get(field, first[field])]
    worth = [field for field in first if {*words(field)} & MONEY and isinstance(first[field], str | int | float)]
    if not (own and worth):
        return None
    one, other = (json.dumps({field: answer.get(field) for field in (own[0], worth[0])}) for answer in (first, second))
    return f"a client that lost the answer can try again, and is given {one} once more", f"{one}, and then {other}"
