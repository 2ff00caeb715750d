"""What a run learned of an API, as it is saved with the run, and names that the formats share."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.scenario import Step
from crashworthy.core.value import Value


class SavedPlaybook(Value):
    """The operations of a service and the ways to them."""

    operations: tuple[Operation, ...]
    playbook: Playbook


def operation_ids(operations: Iterable[Operation]) -> dict[str, str]:
    """An operationId for each operation's name: `post_orders_id_pay`, numbered where two would be equal."""
    ids: dict[str, str] = {}
    for operation in operations:
        plain = re.sub(r"\W+", "_", operation.name.lower(), flags=re.ASCII).strip("_") or "operation"
        unique, number = plain, 2
        while unique in ids.values():
            unique, number = f"{plain}_{number}", number + 1
        ids[operation.name] = unique
    return ids


def path_values(operation: Operation, step: Step) -> dict[str, str]:
    """The templates that stand in a step's path for the operation's path parameters."""
    names = re.findall(r"\{([^{}]+)\}", operation.path)
    pattern = re.sub(r"\\\{[^{}]+\\\}", "([^/]+)", re.escape(operation.path.rstrip("/")))
    match = re.fullmatch(pattern, step.path.rstrip("/"))
    return dict(zip(names, match.groups(), strict=True)) if match else {}
