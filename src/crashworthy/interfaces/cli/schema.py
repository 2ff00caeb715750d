"""`crashworthy schema`: the JSON schemas of what crashworthy reads and writes."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import BaseModel

from crashworthy.constraints.model import Constraints
from crashworthy.core.history import History
from crashworthy.core.report import RunReport


class Kind(StrEnum):
    """What a schema is wanted of."""

    REPORT = "report"
    HISTORY = "history"
    CONSTRAINTS = "constraints"


_MODELS: dict[Kind, type[BaseModel]] = {
    Kind.REPORT: RunReport,
    Kind.HISTORY: History,
    Kind.CONSTRAINTS: Constraints,
}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("schema", epilog="[bold]Example[/]  crashworthy schema report > report.schema.json")(schema)


def schema(kind: Annotated[Kind, typer.Argument(help="report, history or constraints")]) -> None:
    """Print the JSON schema (2020-12) of the JSON report, a saved history or crashworthy.toml."""
    document = _MODELS[kind].model_json_schema(mode="serialization" if kind is not Kind.CONSTRAINTS else "validation")
    typer.echo(json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **document}, indent=2))
