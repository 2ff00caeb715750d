"""`crashworthy playbook`: what a run learned of an API, for other tools."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Json
from crashworthy.lab.traffic.export.arazzo import arazzo_document
from crashworthy.lab.traffic.export.har import har_document
from crashworthy.lab.traffic.export.openapi_links import openapi_document
from crashworthy.run.folder import find_run


class Format(StrEnum):
    """What a playbook can be written as."""

    HAR = "har"
    ARAZZO = "arazzo"
    OPENAPI = "openapi"


_EXAMPLES = """
[bold]Examples[/]

  crashworthy playbook last --format har -o requests.har
  crashworthy playbook last --format openapi -o openapi.json
  crashworthy playbook last --format arazzo --openapi ./openapi.json -o workflows.json
"""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("playbook", epilog=_EXAMPLES)(playbook)


def playbook(
    run: Annotated[str, typer.Argument(help="A run's id, the beginning of it, 'last', or its folder.")] = "last",
    form: Annotated[Format, typer.Option("--format", help="har, arazzo or openapi.")] = Format.HAR,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; standard output by default.")] = None,
    base_url: Annotated[str, typer.Option(help="Where the service is.")] = "http://127.0.0.1:8000",
    openapi: Annotated[str, typer.Option(help="For arazzo: where the OpenAPI document is.")] = "./openapi.json",
) -> None:
    """Write the ways that a run found as an HTTP archive, as Arazzo workflows, or as OpenAPI with links."""
    folder = find_run(run)
    saved = folder.playbook()
    title = f"run {folder.id}"
    document: dict[str, Json]
    if form is Format.HAR:
        document = har_document(saved.playbook, base_url.rstrip("/"))
    elif form is Format.OPENAPI:
        document = openapi_document(saved.playbook, saved.operations, base_url, title)
    elif saved.playbook.ways:
        document = arazzo_document(saved.playbook, saved.operations, openapi, title)
    else:
        raise CrashworthyError(f"run {folder.id} reached no operation, and Arazzo has no document without a workflow")
    text = json.dumps(document, indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CrashworthyError(f"{output}: cannot be written: {error.strerror}") from None
    typer.echo(f"wrote {output}", err=True)
