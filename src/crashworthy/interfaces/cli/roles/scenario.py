"""`crashworthy role scenario` and `combine`: simulations over what is believed of the tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from crashworthy.interfaces.cli.roles.giving import (
    AsJson,
    Format,
    HoursPerWeek,
    LedgerUrl,
    Output,
    RoleName,
    assessment_of,
    give,
    wanted,
)
from crashworthy.reports.roles import combination as combination_sheet
from crashworthy.reports.roles import scenario as scenario_sheet
from crashworthy.roles import combination
from crashworthy.roles import scenario as scenarios
from crashworthy.roles.combination import combine, combined_role
from crashworthy.roles.load import find_role
from crashworthy.roles.simulation import ranged

_RANGE = "Number, low-high, or low-likely-high."
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same worlds.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("scenario", epilog="[bold]Example[/]  crashworthy role scenario backend --team 6 --adoption 0.2-0.8")(
        scenario
    )
    app.command("combine", epilog="[bold]Example[/]  crashworthy role combine backend devops")(combine_roles)


def scenario(
    role: RoleName,
    team: Annotated[str | None, typer.Option("--team", help=f"People in the team. {_RANGE}")] = None,
    hours: Annotated[str | None, typer.Option("--hours", help=f"Hours per person and week. {_RANGE}")] = None,
    rate: Annotated[str | None, typer.Option("--rate", help=f"Cost of an hour. {_RANGE}")] = None,
    adoption: Annotated[str | None, typer.Option("--adoption", help=f"Share that goes the new way. {_RANGE}")] = None,
    review: Annotated[str | None, typer.Option("--review", help=f"Review cost, 1 as demanded. {_RANGE}")] = None,
    defect: Annotated[str | None, typer.Option("--defect", help=f"Defect cost, 1 as demanded. {_RANGE}")] = None,
    saved: Annotated[str | None, typer.Option("--saved", help=f"Share of drafts' time really saved. {_RANGE}")] = None,
    seed: Seed = 2026,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Simulate what handing over saves or costs a team, under assumptions that can be changed."""
    given = {"team": team, "hours": hours, "rate": rate, "adoption": adoption}
    given |= {"review": review, "defect": defect, "saved": saved}
    assumptions = {name: ranged(given[name], usual) for name, usual in scenarios.ASSUMPTIONS.items()}
    content = scenarios.scenario(assessment_of(role, ledger), assumptions, seed=seed)
    give(content, scenario_sheet.lay_out(content), wanted(as_json, document_format, output), output)


def combine_roles(
    role: RoleName,
    other: RoleName,
    hand_over: Annotated[str | None, typer.Option("--hand-over", help=f"Hand-overs, of the work. {_RANGE}")] = None,
    unfamiliar: Annotated[str | None, typer.Option("--unfamiliar", help=f"Slower at the other half. {_RANGE}")] = None,
    switching: Annotated[str | None, typer.Option("--switching", help=f"Changing between both. {_RANGE}")] = None,
    adoption: Annotated[str | None, typer.Option("--adoption", help=f"Drafts made where they pay. {_RANGE}")] = None,
    hours: HoursPerWeek = 5.0,
    seed: Seed = 2026,
    as_json: AsJson = False,
    document_format: Format = None,
    output: Output = None,
    ledger: LedgerUrl = None,
) -> None:
    """Combine two roles: tasks, what each side learns, and what is gained by not handing work over."""
    one, second = find_role(role), find_role(other)
    given = {"hand_over": hand_over, "unfamiliar": unfamiliar, "switching": switching, "adoption": adoption}
    assumptions = {name: ranged(given[name], usual) for name, usual in combination.ASSUMPTIONS.items()}
    assessment = assessment_of(combined_role(one, second), ledger)
    content = combine(one, second, assessment, assumptions, hours_per_week=hours, seed=seed)
    give(content, combination_sheet.lay_out(content), wanted(as_json, document_format, output), output)
