"""From duties in somebody's own words to known tasks: each with its similarity, and what is not known said.

A duty that names several tasks is shared among them by their similarity. Where the file gives no amounts, every duty
counts the same. What is not known keeps its part of the time: hiding it would make the rest look like the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from crashworthy.core.value import Value
from crashworthy.roles.catalogue import tasks
from crashworthy.roles.intake import Duty
from crashworthy.roles.load import library, parse_role
from crashworthy.roles.model import Role
from crashworthy.roles.similarity import Match, mapped, matches


class Candidate(Value):
    """A known task that a duty may be, by how alike it is (0 to 1) and in which words."""

    task: str
    title: str
    similarity: float
    words: tuple[str, ...]


class MappedDuty(Value):
    """A duty, its share of the time, and the tasks it was taken for; `nearest` where it is not known."""

    text: str
    share: float
    tasks: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...] = ()


class Mapping(Value):
    """All duties; `shares` of known tasks, which with `unknown` add up to 1."""

    duties: tuple[MappedDuty, ...]
    shares: dict[str, float]
    unknown: float


def map_duties(duties: Sequence[Duty]) -> Mapping:
    """Which known tasks the duties are."""
    amounts = [duty.amount for duty in duties]
    usual = _usual(amounts)
    counted = [usual if amount is None else amount for amount in amounts]
    total = sum(counted) or 1.0
    found = tuple(_mapped(duty.text, amount / total) for duty, amount in zip(duties, counted, strict=True))
    shares: defaultdict[str, float] = defaultdict(float)
    for duty in found:
        alike = sum(each.similarity for each in duty.tasks)
        for each in duty.tasks:
            shares[each.task] += duty.share * each.similarity / alike
    return Mapping(
        duties=found,
        shares=dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))),
        unknown=max(0.0, 1 - sum(shares.values())),
    )


def _usual(amounts: Sequence[float | None]) -> float:
    """What a duty without an amount, in percent, counts: an equal part of what the others leave; else their mean."""
    given = [amount for amount in amounts if amount is not None]
    if not given:
        return 1.0
    without, rest = len(amounts) - len(given), 100 - sum(given)
    return rest / without if without and rest > 0 else sum(given) / len(given)


def role_file(mapping: Mapping, name: str) -> str:
    """A role in TOML: known tasks with their shares, scaled to 1, and as comments what each was taken from.

    It is meant to be corrected by hand, so each duty stands beside its similarity and the next best task.
    """
    known = sum(mapping.shares.values())
    lines = [
        f'id = "{_identifier(name)}"',
        f"title = {_quoted(name)}",
        'description = "Mapped from a list of duties; correct tasks and shares below, then give this file to `role`."',
        "",
    ]
    shares = _rounded(mapping.shares, known)
    for task, share in shares.items():
        lines += ["[[tasks]]", f'id = "{task}"', f"share = {share:.3f}"]
        lines += [
            f"# {each.similarity:.2f} {_one_line(duty.text)} ({', '.join(each.words)})"
            for duty in mapping.duties
            for each in duty.tasks
            if each.task == task
        ]
        lines.append("")
    unknown = [duty for duty in mapping.duties if not duty.tasks]
    if unknown:
        lines.append(f"# Not known: {mapping.unknown:.0%} of the time. Give each a task of its own, or one of the ids.")
        lines += [f"# {_one_line(duty.text)}{_nearest(duty)}" for duty in unknown]
    return "\n".join(lines).rstrip() + "\n"


def role_of(mapping: Mapping, name: str) -> Role | None:
    """The known part as a role; None when nothing is known."""
    return parse_role(role_file(mapping, name), f"{name}.toml") if mapping.shares else None


def overlap(shares: dict[str, float], role: Role) -> float:
    """How much of the time, 0 to 1, two roles spend on the same tasks: the sum of the smaller shares."""
    return sum(min(shares.get(task.id, 0.0), task.share) for task in role.tasks)


def nearest_roles(shares: dict[str, float]) -> tuple[tuple[Role, float], ...]:
    """The roles of the library by their overlap, the nearest first."""
    found = [(role, overlap(shares, role)) for role in library().values()]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0].id)))


def _mapped(text: str, share: float) -> MappedDuty:
    found = mapped(text)
    return MappedDuty(
        text=text,
        share=share,
        tasks=_candidates(found),
        nearest=() if found else _candidates(matches(text, most=2)),
    )


def _candidates(found: Iterable[Match]) -> tuple[Candidate, ...]:
    known = tasks()
    return tuple(
        Candidate(task=each.task, title=known[each.task].title, similarity=each.similarity, words=each.words)
        for each in found
    )


def _rounded(shares: dict[str, float], total: float) -> dict[str, float]:
    """Shares of 1 in thousandths that add up to 1, the largest taking what rounding leaves over."""
    rounded = {task: max(1, round(1000 * share / total)) for task, share in shares.items()}
    largest = max(rounded, key=lambda task: rounded[task], default=None)
    if largest is not None:
        rounded[largest] += 1000 - sum(rounded.values())
    return {task: share / 1000 for task, share in rounded.items()}


def _nearest(duty: MappedDuty) -> str:
    near = ", ".join(f"{each.task} {each.similarity:.2f}" for each in duty.nearest)
    return f" (nearest: {near})" if near else ""


def _identifier(name: str) -> str:
    plain = "".join(char if char.isalnum() and char.isascii() else "-" for char in name.lower()).strip("-")
    plain = "-".join(part for part in plain.split("-") if part)
    return plain if plain[:1].isalpha() else f"role-{plain}".rstrip("-")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char for char in escaped if char.isprintable()) + '"'


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
