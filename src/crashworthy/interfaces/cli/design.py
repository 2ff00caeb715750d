"""`crashworthy design`: whether the constraints can hold together, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from crashworthy.constraints.feasibility import requests_at_once
from crashworthy.constraints.load import load_constraints
from crashworthy.interfaces.cli.options import service_folder


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("design", epilog="[bold]Example[/]  crashworthy design .")(design)


def design(path: Annotated[Path, typer.Argument(help="The folder of the service.")] = Path()) -> None:
    """Check whether the constraints in crashworthy.toml can hold together."""
    constraints = load_constraints(service_folder(path))
    rate, latency_ms = constraints.workload.requests_per_s, constraints.objectives.latency_ms
    if rate is None or latency_ms is None:
        Console(highlight=False).print("crashworthy.toml states no workload.requests_per_s and objectives.latency_ms.")
        return
    needed = requests_at_once(rate, latency_ms)
    Console(highlight=False).print(f"L = λW = {rate:g}/s × {latency_ms:g} ms = {needed:g} requests at once")
    if constraints.workload.concurrency is not None and needed > constraints.workload.concurrency:
        raise typer.Exit(1)
