"""A credential that opens what it should open no more: what the ends of logins by logout and by password have alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.weakness import Severity, Weakness
from crashworthy.lab.experiments.access.accounts import shown_values, soon_over
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.experiments.rating import severity, vector

PRIORITY = 45.0
_PARTS_OF_A_SIGNED_COOKIE = 3


def candidates(
    lab: Lab, weakness: Weakness, ends: Callable[[Operation], bool], *, why: str, estimate_s: float
) -> Sequence[Candidate]:
    """One per operation that ends other logins, by `ends`."""
    return [
        Candidate(
            weakness=weakness,
            operations=(operation.name,),
            why=why,
            priority=PRIORITY,
            estimate_s=estimate_s,
            location=lab.handler(operation.name),
        )
        for operation in lab.operations
        if ends(operation)
    ]


def by_design(trial: Trial, cookies: Iterable[str]) -> str:
    """Why the service may not know that what the attack shows is not wanted any more; "" when it could.

    `cookies` are the values of cookies that carry the login.
    """
    for text in shown_values(trial, trial.scenario.attack):
        if soon := soon_over(text):
            return soon
    if any(text.count(".") >= _PARTS_OF_A_SIGNED_COOKIE - 1 for text in cookies):
        return "the session is kept in the signed cookie alone"
    return ""


def judged(trial: Trial, history: History, *, title: str, expected: str, seen: str, why: str, excuse: str) -> Judgement:
    """PROVEN; with an excuse by design it is told only."""
    cvss = vector(logged_in=True, read="L")
    return Judgement(
        status=Status.OBSERVED if excuse else Status.PROVEN,
        severity=Severity.INFO if excuse else severity(cvss),
        title=title,
        expected=expected,
        seen=seen,
        why=excuse or why,
        cvss=None if excuse else cvss,
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        trials=len(history.trials),
    )
