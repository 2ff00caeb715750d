"""Arazzo 1.0 workflows, one per way (https://spec.openapis.org/arazzo/v1.0.1.html)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.export.expressions import source_of, written
from crashworthy.lab.traffic.export.saved import operation_ids, path_values
from crashworthy.lab.traffic.player import UNIQUE
from crashworthy.lab.traffic.template import placeholders

_SOURCE = "service"


def arazzo_document(
    playbook: Playbook, operations: Sequence[Operation], openapi_url: str, title: str
) -> dict[str, Json]:
    """The document as JSON. `openapi_url` is where the OpenAPI document with these operations is, such as its file.

    A value that no expression can say (a cookie, a part of a header) is an input of the workflow, as are secrets
    and the text that makes names unique. Raises ValueError when the playbook has no way: Arazzo wants one at least.
    """
    ids = operation_ids(operations)
    by_name = {operation.name: operation for operation in operations}
    workflows: list[Json] = []
    for number, way in enumerate(playbook.ways, 1):
        if all(step.operation in by_name for step in way.steps):
            workflows.append(_workflow(way, f"{ids[way.operation]}_{_plain(way.actor)}_{number}", by_name, ids))
    if not workflows:
        raise ValueError("no operation was reached")
    return {
        "arazzo": "1.0.1",
        "info": {"title": title, "version": "0", "summary": "Ways that were gone on a running service."},
        "sourceDescriptions": [{"name": _SOURCE, "url": openapi_url, "type": "openapi"}],
        "workflows": workflows,
    }


def _workflow(way: Way, workflow_id: str, operations: dict[str, Operation], ids: dict[str, str]) -> dict[str, Any]:
    sources: dict[str, str] = {}
    inputs: dict[str, None] = {}
    steps: list[dict[str, Any]] = []
    for number, step in enumerate(way.steps, 1):
        for name in sorted(placeholders(step) - sources.keys()):
            inputs[name] = None
            sources[name] = f"$inputs.{name}"
        step_id = f"{ids[step.operation]}_{number}"
        status = way.status if number == len(way.steps) else None
        steps.append(_step(step, step_id, operations[step.operation], ids, sources, status))
        outputs = {save.name: source for save in step.saves if (source := source_of(save))}
        if outputs:
            steps[-1]["outputs"] = outputs
        for save in step.saves:
            sources.pop(save.name, None)
        sources |= {name: f"$steps.{step_id}.outputs.{name}" for name in outputs}
    workflow: dict[str, Any] = {"workflowId": workflow_id, "summary": f"{way.operation} as {way.actor}"}
    if inputs:
        example = {UNIQUE: {"type": "string", "description": "digits that differ each time", "default": "1001"}}
        properties = {name: example.get(name, {}) for name in inputs}
        required = [name for name in inputs if name != UNIQUE]
        workflow["inputs"] = {"type": "object", "properties": properties, "required": required}
    return {**workflow, "steps": steps}


def _step(
    step: Step, step_id: str, operation: Operation, ids: dict[str, str], sources: dict[str, str], status: int | None
) -> dict[str, Any]:
    given = [("path", name, text) for name, text in path_values(operation, step).items()]
    given += [("query", name, text) for name, text in step.query]
    given += [("header", name, text) for name, text in step.headers]
    made: dict[str, Any] = {"stepId": step_id, "operationId": ids[operation.name], "description": f"as {step.actor}"}
    if given:
        made["parameters"] = [
            {"name": name, "in": where, "value": written(text, sources)} for where, name, text in given
        ]
    if step.raw_body is not None:
        made["x-raw-body-base64"] = step.raw_body
    elif step.body is not None:
        kind = step.content_type or "application/json"
        made["requestBody"] = {"contentType": kind, "payload": written(step.body, sources)}
    condition = f"$statusCode == {status}" if status else "$statusCode >= 200 && $statusCode < 400"
    return {**made, "successCriteria": [{"condition": condition}]}


def _plain(text: str) -> str:
    return re.sub(r"\W+", "_", text, flags=re.ASCII).lower()
