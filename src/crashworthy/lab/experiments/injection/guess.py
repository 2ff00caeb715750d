"""A request for an operation that the driver could not reach: a sink sees what is refused afterwards, too."""

from __future__ import annotations

import re
from urllib.parse import quote

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.traffic.data import USUAL, Maker
from crashworthy.lab.traffic.template import as_text

_CREDENTIAL = "authorization"


def guessed(operation: Operation, lab: Lab) -> Ground:
    """What the description of the operation suggests, sent by whom another operation accepts."""
    maker = Maker(lab.rng("injection", operation.name), level=USUAL)
    given = {each.name: maker.value(each.data_schema, (each.name,)) for each in operation.parameters}

    def of(where: ParameterIn) -> tuple[tuple[str, str], ...]:
        return tuple((each.name, as_text(given[each.name])) for each in operation.parameters if each.where is where)

    names = dict(of(ParameterIn.PATH))
    path = re.sub(r"\{([^}:]+)[^}]*\}", lambda match: quote(names.get(match[1]) or "1", safe="$%{}"), operation.path)
    body: Json = maker.value(operation.body.data_schema, ()) if operation.body else None
    # Whoever is let in elsewhere may be let in here.
    way = next((each for each in lab.playbook.ways if _credentials(each.steps[-1])), None)
    step = Step(
        operation=operation.name,
        method=operation.method,
        path=path,
        query=of(ParameterIn.QUERY),
        headers=(*(_credentials(way.steps[-1]) if way else ()), *of(ParameterIn.HEADER)),
        content_type=operation.body.content_type if operation.body else None,
        body=body,
    )
    return Ground(way.steps[:-1] if way else (), (step,), ())


def _credentials(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in step.headers if pair[0].lower() == _CREDENTIAL)
