"""Runtime expressions, in which OpenAPI's links and Arazzo's workflows say where a value comes from."""

from __future__ import annotations

from collections.abc import Mapping

from crashworthy.core.scenario import Save, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.template import PLACEHOLDER


def source_of(save: Save) -> str | None:
    """`$response.body#/id` or `$response.header.Location`; None for what no expression can say."""
    if save.pattern is not None or save.where is ValueFrom.COOKIE:
        return None
    return f"$response.header.{save.path}" if save.where is ValueFrom.HEADER else f"$response.body#{save.path}"


def written(value: Json, sources: Mapping[str, str]) -> Json:
    """A template with its placeholders as expressions: alone as they are, within a text in braces."""
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        if whole and whole[1] in sources:
            return sources[whole[1]]
        return PLACEHOLDER.sub(lambda match: _one(match[1], sources), value)
    if isinstance(value, list):
        return [written(each, sources) for each in value]
    if isinstance(value, dict):
        return {str(written(name, sources)): written(each, sources) for name, each in value.items()}
    return value


def _one(name: str | None, sources: Mapping[str, str]) -> str:
    if not name:
        return "${"  # how a template writes it
    return "{" + sources[name] + "}" if name in sources else "${" + name + "}"
