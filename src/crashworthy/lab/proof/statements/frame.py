"""What a test that needs nothing but requests and a look at their answers is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crashworthy.core.scenario import Save, Step
from crashworthy.lab.proof.python_source import call, saving, text


@dataclass(frozen=True)
class Statements:
    """`lines` of the test; `given` of its set-up, before the first request; `setup` where it differs from the proof's.

    `at` is the instant, in ISO 8601, at which all of it is played. `imports` are modules of the standard library, whole
    ("re") or in part ("decimal.Decimal"). `helper` is a function of the template.
    """

    lines: Sequence[str]
    given: Sequence[str] = ()
    setup: tuple[Step, ...] | None = None
    imports: frozenset[str] = frozenset()
    helper: str = ""
    at: str = ""


def sent(step: Step) -> str:
    """The call that sends the step."""
    return call(step, f"users.{step.actor}")


def answered(steps: Iterable[Step], name: str = "answers") -> list[str]:
    """The answers to steps as a list, with what they save on the way."""
    lines = [f"{name} = []"]
    for step in steps:
        lines.append(f"{name}.append({sent(step)})")
        lines += [_kept(save, f"{name}[-1]") for save in step.saves]
    return lines


def _kept(save: Save, answer: str) -> str:
    return f"saved.{save.name} = {saving(save, answer)} if {answer}.is_success else None"


def texts(step: Step) -> str:
    """The texts of a body, as arguments."""
    body = step.body if isinstance(step.body, dict) else {}
    return ", ".join(text(value) for value in body.values() if isinstance(value, str))
