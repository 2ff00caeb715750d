"""An interview kit as a sheet: the code first, the key folded."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Code, Folded, Heading, Part, Sheet, Text
from crashworthy.roles.documents.interview import Exercise, InterviewKit


def lay_out(kit: InterviewKit) -> Sheet:
    """The whole kit."""
    return Sheet(f"Interview kit: {kit.title}", f"{len(kit.exercises)} exercises", tuple(_parts(kit)))


def _parts(kit: InterviewKit) -> Iterator[Part]:
    rest = len(kit.exercises) - kit.of_ledger
    if kit.of_ledger:
        yield Text(
            f"{kit.of_ledger} exercises are defects that were proven on your own services, shortened, with the "
            "words of your "
            "business replaced. Who knows the service may recognise it; read each before you show it.",
            note=True,
        )
    if rest:
        yield Text(
            f"{rest} exercises are samples of the tool's own rules, because no saved run has such a defect with "
            "its code.",
            note=True,
        )
    yield Text(
        "About twenty minutes each. The candidate may run the code and use any tool. What counts is which "
        "questions they "
        "ask, what they doubt, and what they decide; not the name of the fault."
    )
    yield Heading("Rubric")
    yield Bullets(kit.rubric)
    for number, exercise in enumerate(kit.exercises, 1):
        yield from _exercise(number, exercise)


def _exercise(number: int, exercise: Exercise) -> Iterator[Part]:
    yield Heading(f"Exercise {number}")
    yield Text(exercise.setting)
    yield Code(exercise.code)
    yield Bullets(tuple(question.ask for question in exercise.questions), ordered=True)
    yield Folded(f"Key to exercise {number}, for the interviewer", tuple(_key(exercise)))


def _key(exercise: Exercise) -> Iterator[Part]:
    key = exercise.key
    yield Text(f"{key.title} ({exercise.weakness}; {exercise.origin})")
    yield Bullets((f"Expected: {key.expected}", f"Seen: {key.seen}", f"In production: {key.cost}"))
    if key.requests:
        yield Text("The requests that show it, and their answers:")
        yield Code("\n".join(key.requests), "text")
    if key.mended:
        yield Text("Code in which it does not happen:")
        yield Code(key.mended)
    yield Text("A strong answer:")
    yield Bullets(tuple(f"{question.kind}: {question.strong}" for question in exercise.questions))
