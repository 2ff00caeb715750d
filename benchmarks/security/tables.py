"""The tables that are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.resumed import Run
from benchmarks.security.cases import Case
from rich.table import Table


def services_table(tried: Mapping[Case, Sequence[Run]]) -> tuple[Table, bool]:
    """By weakness: how often it was proven and how often a twin was accused; whether the objectives are met."""
    table = Table("weakness", "sick", "proven", "twins", "accused", "median s", "slowest s", "")
    met = True
    totals = [0, 0, 0, 0]
    for weakness in dict.fromkeys(case.weakness for case in tried):
        sick = [run for case, runs in tried.items() if case.weakness == weakness and case.is_sick for run in runs]
        twins = [run for case, runs in tried.items() if case.weakness == weakness and not case.is_sick for run in runs]
        if not sick and not twins:
            continue
        counts = [
            len(sick),
            sum(weakness in run.said.proven for run in sick),
            len(twins),
            sum(bool(run.said.proven) for run in twins),
        ]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        seconds = [run.said.seconds for run in (*sick, *twins)]
        good = counts[0] == counts[1] and not counts[3] and not any(run.error for run in twins)
        met = met and good
        times = (f"{median(seconds):.2f}", f"{max(seconds):.2f}")
        table.add_row(weakness, *map(str, counts), *times, "" if good else "MISSED")
    table.add_section()
    met = met and any(totals)
    table.add_row("all", *map(str, totals), "", "", "" if met else "MISSED")
    return table, met


def peers_table(
    runs: Mapping[Case, Sequence[Run]],
    suspected: set[Case],
    tools: Mapping[str, set[str] | None],
    failed: set[str],
    tried: set[str],
) -> Table:
    """Of the services, not of runs: found in sick ones, missed, and false on healthy ones."""
    table = Table("tool", "sick", "found", "missed", "twins", "false", title="proven, suspected, missed, false")
    sick = [case for case in runs if case.is_sick]
    twins = [case for case in runs if not case.is_sick]

    def row(name: str, found: set[str], among: set[str]) -> None:
        own_sick, own_twins = ([c for c in each if c.title in among] for each in (sick, twins))
        hits, wrong = (sum(case.title in found for case in each) for each in (own_sick, own_twins))
        counts = (len(own_sick), hits, len(own_sick) - hits, len(own_twins), wrong)
        table.add_row(name, *map(str, counts))

    every = {case.title for case in runs}
    right = {case.title for case in sick if runs[case] and all(case.weakness in run.said.proven for run in runs[case])}
    wrong = {case.title for case in twins if any(run.said.proven for run in runs[case])}
    row("crashworthy, proven", right | wrong, every)
    row("crashworthy, suspected", {case.title for case in suspected}, every)
    for name, found in tools.items():
        if found is None:
            table.add_row(name, "no rules: they are not in its package, and their registry is out of reach")
        else:
            row(f"{name}, anything", found, every)
    row("Schemathesis, any failure", failed, tried)
    if tried:
        row("crashworthy, proven, on the same", right | wrong, tried)
    return table
