"""An interview kit of real defects: shortened, made anonymous, with the proof as the key.

A generated answer to "what is a race condition" is perfect and shows nothing. Here the candidate gets code that passed
its tests and broke, and is asked what breaks, what each mend gives up, and what it costs. Where the saved runs have too
few defects, the samples of the tool's own rules fill the kit, and say so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from crashworthy.audit.registry import all_rules
from crashworthy.audit.rule import Rule
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport
from crashworthy.core.value import Value
from crashworthy.roles.anonymous import anonymous, words_of_business
from crashworthy.roles.catalogue import folder
from crashworthy.roles.excerpt import excerpt
from crashworthy.roles.model import Role
from crashworthy.weaknesses.catalogue import CATALOGUE

SourceOf = Callable[[RunReport, str], str | None]
"""The text of a file of the service as a run saw it; None where it is not to be had any more."""

_MOST_REQUESTS = 12
_LONGEST_BODY = 160

RUBRIC = (
    "1: describes what the code does, or names a term, and finds no request that breaks it.",
    "2: finds that it breaks when asked where to look; mends the line and not the cause.",
    "3: finds by themselves what breaks and when; weighs two mends and chooses one for this setting.",
    "4: also says what their own mend gives up, how they would notice that they were wrong, and when not to mend.",
)


class Question(Value):
    """A question, and what a strong answer shows."""

    kind: str
    ask: str
    strong: str


class Key(Value):
    """What happened: the answer. `requests` show it; of a sample, `mended` is code in which it does not happen."""

    title: str
    expected: str
    seen: str
    requests: tuple[str, ...] = ()
    mended: str | None = None
    cost: str


class Exercise(Value):
    """One defect. `origin` says where it is from; a run's id is for the interviewer alone."""

    weakness: str
    family: str
    origin: str
    code: str
    setting: str
    questions: tuple[Question, ...]
    key: Key


class InterviewKit(Value):
    """The kit. `of_ledger`: how many exercises are from runs of one's own."""

    role: str
    title: str
    exercises: tuple[Exercise, ...]
    of_ledger: int
    rubric: tuple[str, ...]


class _Found(NamedTuple):
    """A proof with the run that it is from."""

    report: RunReport
    proof: Proof


def interview_kit(role: Role, reports: Sequence[RunReport], source_of: SourceOf, *, most: int) -> InterviewKit:
    """The kit for a role, from these runs; one exercise for each weakness that speaks about the role's tasks."""
    tasks = {task.id for task in role.tasks}
    wanted = {weakness.id for weakness in CATALOGUE.values() if tasks.intersection(weakness.tasks)}
    own = list(_of_runs(reports, source_of, wanted))[:most]
    covered = {exercise.weakness for exercise in own}
    samples = list(_of_rules(wanted - covered))[: most - len(own)]
    return InterviewKit(role=role.id, title=role.title, exercises=(*own, *samples), of_ledger=len(own), rubric=RUBRIC)


def _of_runs(reports: Sequence[RunReport], source_of: SourceOf, wanted: Collection[str]) -> Iterator[Exercise]:
    """One exercise per weakness, the worst first, but every family before any comes twice."""
    found: dict[str, list[tuple[Exercise, int]]] = {}
    for report in reports:
        for proof in report.proofs:
            if proof.weakness in wanted and proof.location is not None:
                exercise = _exercise(_Found(report, proof), source_of(report, proof.location.file))
                if exercise is not None:
                    found.setdefault(proof.weakness, []).append((exercise, proof.severity.rank))
    best = sorted((min(each, key=_unhandy) for each in found.values()), key=lambda entry: -entry[1])
    families = set[str]()
    later = []
    for exercise, _ in best:
        if exercise.family in families:
            later.append(exercise)
        else:
            families.add(exercise.family)
            yield exercise
    yield from later


def _unhandy(entry: tuple[Exercise, int]) -> int:
    """How far the code is from a length that is read in some minutes, and still shows a decision."""
    return abs(len(entry[0].code.splitlines()) - _HANDY_LINES)


_HANDY_LINES = 18


def _exercise(found: _Found, source: str | None) -> Exercise | None:
    proof = found.proof
    code = excerpt(source, proof.location.line) if source is not None and proof.location is not None else None
    if code is None or source is None:
        return None
    paths = [each.operation.partition(" ")[2] for each in found.report.operations]
    words = words_of_business(paths, source, found.report.service.name)
    weakness = CATALOGUE[proof.weakness]
    return Exercise(
        weakness=weakness.id,
        family=weakness.family.value,
        origin=f"run {found.report.run}, {proof.id}",
        code=anonymous(code, words),
        setting=_texts(weakness.family.value)["setting"],
        questions=_questions(weakness.family.value),
        key=Key(
            title=anonymous(proof.title, words),
            expected=anonymous(proof.expected, words),
            seen=anonymous(proof.seen, words),
            requests=tuple(anonymous(line, words) for line in _requests(proof)),
            cost=weakness.cost,
        ),
    )


def _of_rules(wanted: Collection[str]) -> Iterator[Exercise]:
    """One exercise per weakness from the firing and quiet samples of a rule."""
    seen = set[str]()
    for rule in all_rules():
        weakness = rule.weakness
        if weakness.id in wanted and weakness.id not in seen:
            seen.add(weakness.id)
            yield _of_rule(rule)


def _of_rule(rule: Rule) -> Exercise:
    weakness, firing, quiet = rule.weakness, rule.firing[0], rule.quiet[0]
    return Exercise(
        weakness=weakness.id,
        family=weakness.family.value,
        origin=f"sample of the rule {rule.id}, not from a run of yours",
        code=_joined(firing.files),
        setting=_texts(weakness.family.value)["setting"],
        questions=_questions(weakness.family.value),
        key=Key(
            title=weakness.title,
            expected=quiet.title,
            seen=firing.title,
            mended=_joined(quiet.files),
            cost=weakness.cost,
        ),
    )


def _joined(files: dict[str, str]) -> str:
    chosen = {name: text for name, text in files.items() if name.endswith((".py", ".sql"))} or files
    if len(chosen) == 1:
        return next(iter(chosen.values())).strip()
    return "\n\n".join(f"# {name}\n{text.strip()}" for name, text in chosen.items())


def _requests(proof: Proof) -> Iterator[str]:
    """What was sent and what came back, in the order of time; the end, which shows it, where there is too much."""
    exchanges = sorted(proof.trial.exchanges, key=lambda exchange: exchange.started)[-_MOST_REQUESTS:]
    for exchange in exchanges:
        body = (
            f" {exchange.request.body[:_LONGEST_BODY]}" if exchange.request.body and not exchange.request.binary else ""
        )
        answer = str(exchange.response.status) if exchange.response else exchange.error or "no answer"
        yield f"{exchange.operation}{body} -> {answer}"


def _questions(family: str) -> tuple[Question, ...]:
    texts = _texts(family)
    asked = (("what breaks", "breaks"), ("trade-off", "trade"), ("cost", "cost"))
    return tuple(
        Question(kind=kind, ask=texts[name], strong=strong)
        for (kind, name), strong in zip(asked, texts["strong"], strict=True)
    )


@cache
def _all_texts() -> dict[str, Any]:
    return tomllib.loads((folder() / "interview.toml").read_text(encoding="utf-8"))


def _texts(family: str) -> dict[str, Any]:
    texts = _all_texts()
    found: dict[str, Any] = texts.get(family, texts["general"])
    return found
