"""`crashworthy ledger`: look at the evidence, carry it between machines."""

from __future__ import annotations

import difflib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crashworthy.core.errors import CrashworthyError
from crashworthy.ledger.exchange import read_json_lines, to_csv, to_json_lines
from crashworthy.ledger.incidents import read_incidents
from crashworthy.ledger.store import open_ledger
from crashworthy.roles.load import library

_LEDGER = typer.Option("--ledger", help="Database URL of the ledger; CRASHWORTHY_LEDGER or a local file by default.")
_STYLE = {"BREAKS": "bold red", "HOLDS": "green", "UNKNOWN": "yellow", "interrupted": "dim"}

ledger_app = typer.Typer(
    no_args_is_help=True, help="The evidence of all runs: list, show, classify, incidents, export, merge."
)


class ExportFormat(StrEnum):
    """How the ledger is written out."""

    JSONL = "jsonl"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(ledger_app, name="ledger")


@ledger_app.command("list", epilog="[bold]Example[/]  crashworthy ledger list --limit 50")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, help="How many runs, the latest first.")] = 20,
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """List runs, the latest first."""
    rows = open_ledger(ledger).runs(limit=limit)
    if not rows:
        typer.echo("The ledger is empty. `crashworthy test PATH` adds the first run.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("run", "service", "author", "round", "verdict", "reached", "trials"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            row["id"],
            Path(row["path"]).name,
            _author(row),
            str(row["round"]),
            _verdict(row),
            f"{row['reached']}/{row['operations']}" if row["verdict"] else "",
            str(row["trials"] or ""),
        )
    Console(highlight=False).print(table)


@ledger_app.command("show", epilog="[bold]Example[/]  crashworthy ledger show 20261120-0510")
def show_run(
    run: Annotated[str, typer.Argument(help="A run's id, the beginning of it, or 'last'.")],
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Show what one run recorded: change, author, round, constraints, what was tried and found."""
    book = open_ledger(ledger)
    row = book.run(run)
    console = Console(highlight=False)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("run", row["id"])
    facts.add_row("service", row["service"])
    facts.add_row("started", row["started_at"])
    facts.add_row("change", _change(row))
    facts.add_row("author", f"{_author(row)}" + (f" (by {row['author_source']})" if row["author_source"] else ""))
    tasks = book.tasks().get(row["id"], {})
    facts.add_row("tasks", ", ".join(f"{task} {weight:g}" for task, weight in tasks.items()) or "not known")
    facts.add_row("round", str(row["round"]))
    facts.add_row("constraints", row["constraints_hash"][:12] if row["constraints"] else "none stated")
    facts.add_row("budget", f"{row['budget_s']:g} s, seed {row['seed']}")
    facts.add_row("verdict", _verdict(row))
    console.print(facts)
    findings = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("finding", "status", "severity", "title", "where"):
        findings.add_column(column, overflow="fold")
    for finding in book.findings(row["id"]):
        place = f"{finding['file']}:{finding['line']}" if finding["file"] else finding["operation"] or ""
        findings.add_row(
            finding["finding"], finding["status"], finding["severity"], Text(finding["title"]), Text(place)
        )
    if findings.row_count:
        console.print()
        console.print(findings)


@ledger_app.command("export", epilog="[bold]Example[/]  crashworthy ledger export -o evidence.jsonl")
def export(
    file_format: Annotated[ExportFormat, typer.Option("--format", help="jsonl can be merged; csv is to look at.")] = (
        ExportFormat.JSONL
    ),
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output by default.")] = None,
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Write the whole ledger out."""
    book = open_ledger(ledger)
    text = to_csv(book) if file_format is ExportFormat.CSV else "".join(f"{line}\n" for line in to_json_lines(book))
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@ledger_app.command("merge", epilog="[bold]Example[/]  crashworthy ledger merge ci-1.jsonl ci-2.jsonl")
def merge(
    files: Annotated[list[Path], typer.Argument(help="Files that `export --format jsonl` wrote.")],
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Add exported evidence to this ledger. Merging the same file twice adds nothing."""
    book = open_ledger(ledger)
    for file in files:
        rows = read_json_lines(file)
        typer.echo(f"{file}: {book.merge(rows)} of {len(rows)} rows added")


@ledger_app.command("incidents", epilog="[bold]Example[/]  crashworthy ledger incidents pagerduty.csv")
def import_incidents(
    files: Annotated[list[Path], typer.Argument(help="CSV or JSON: your own, or as PagerDuty, Jira or GitHub export.")],
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Record incidents: defects that held here and broke in production. They count against the change they came by.

    An incident names its change by a run, a commit, or a service and the time (columns, keys, or labels such as
    commit:3f2a91c); a weakness or task says what of the change was broken. Importing a file twice adds nothing.
    """
    book = open_ledger(ledger)
    for file in files:
        lost = 0
        for incident in read_incidents(file):
            run = book.escaped(incident)
            typer.echo(f"{incident.id}  {run or 'no run is known that let it through'}  {incident.title}")
            lost += run is None
        if lost:
            typer.echo(
                f"{file}: {lost} left out; name a commit, a run, or the service as `ledger list` shows it", err=True
            )


@ledger_app.command(
    "classify", epilog="[bold]Example[/]  crashworthy ledger classify last database-queries schema-design=0.5"
)
def classify(
    run: Annotated[str, typer.Argument(help="A run's id, the beginning of it, or 'last'.")],
    tasks: Annotated[list[str], typer.Argument(help="TASK, or TASK=WEIGHT with a weight from 0 to 1.")],
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Say by hand which tasks a run's change belongs to, instead of what its diff made one guess."""
    book = open_ledger(ledger)
    found = book.run(run)["id"]
    weights = dict(_weight(each) for each in tasks)
    book.classify(found, weights, said_by="hand", why="said on the command line")
    typer.echo(f"{found}  " + ", ".join(f"{task} {weight:g}" for task, weight in weights.items()))


@ledger_app.command("review", epilog="[bold]Example[/]  crashworthy ledger review last 20 --by-hand 90")
def review(
    run: Annotated[str, typer.Argument(help="A run's id, the beginning of it, or 'last'.")],
    minutes: Annotated[float, typer.Argument(min=0, help="How long people reviewed the change, together.")],
    by_hand: Annotated[
        float | None, typer.Option(min=1, help="Minutes that writing it would have taken them, as they think.")
    ] = None,
    ledger: Annotated[str | None, _LEDGER] = None,
) -> None:
    """Record the time that reviewing a run's change took; `role explain` compares it with what the costs assume.

    It is kept with the change, and not with a person. What is said last counts.
    """
    book = open_ledger(ledger)
    found = book.run(run)["id"]
    book.reviewed(found, minutes, by_hand)
    typer.echo(f"{found}  {minutes:g} minutes" + (f" instead of {by_hand:g} by hand" if by_hand is not None else ""))


def _weight(text: str) -> tuple[str, float]:
    task, _, weight = text.partition("=")
    known = {each.id for role in library().values() for each in role.tasks}
    if task not in known:
        near = difflib.get_close_matches(task, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise CrashworthyError(
            f"no role has a task called {task!r}", remedy=f"{hint}`crashworthy role show` lists them."
        )
    try:
        value = float(weight or 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise CrashworthyError(f"{text!r}: the weight is no number from 0 to 1", remedy=f"Write {task}=0.5.")
    return task, value


def _author(row: dict[str, Any]) -> str:
    details = " ".join(each for each in (row["agent"], row["model"]) if each)
    return f"{row['author']} {details}".strip()


def _change(row: dict[str, Any]) -> str:
    if row["commit"] is None:
        return "not in git"
    span = f"{row['base'][:10]}..{row['commit'][:10]}" if row["base"] else row["commit"][:10]
    return span + (" with uncommitted changes" if row["dirty"] else "")


def _verdict(row: dict[str, Any]) -> Text:
    verdict = row["verdict"] or "interrupted"
    return Text(verdict, style=_STYLE.get(verdict, ""))
