"""The library as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.reports.roles.sheet import Bullets, Heading, Part, Sheet, Table, Text, share
from crashworthy.roles.documents.library import Library
from crashworthy.roles.model import Demands, Role


def lay_out(content: Library) -> Sheet:
    """All roles, or the one that is open."""
    if content.opened is not None:
        return Sheet(content.opened.title, content.opened.description, tuple(_opened(content.opened)))
    rows = tuple(
        (role.id, str(role.tasks), f"{role.emerging} of {role.skills}", role.description) for role in content.roles
    )
    table = Table(("role", "tasks", "emerging skills", "what it does"), rows, frozenset({1, 2}))
    hint = Text("`crashworthy role library ROLE` opens one; `role show ROLE` assesses it by your ledger.")
    return Sheet("Role library", f"{len(content.roles)} roles", (table, hint))


def _opened(role: Role) -> Iterator[Part]:
    if role.aliases:
        yield Text(f"Also called: {', '.join(role.aliases)}. Id: {role.id}.")
    yield Heading("Tasks")
    yield Table(
        ("task", "time", "what it is", "takes", "O*NET"),
        tuple(
            (task.id, share(task.share), task.description, _takes(task.demands), ", ".join(map(str, task.anchors)))
            for task in sorted(role.tasks, key=lambda task: -task.share)
        ),
        frozenset({1}),
    )
    yield Text("Takes: routine, judgement, stakes, feedback, ambiguity, each 0 to 1, in our own judgement.")
    yield Heading("Skills")
    yield Table(
        ("skill", "trend", "hours", "why"),
        tuple((skill.title, skill.trend.value, str(skill.hours), skill.why) for skill in role.skills),
        frozenset({2}),
    )
    sources = {source.id: source for source in role.sources}
    if role.figures:
        yield Heading("Published")
        yield Bullets(
            tuple(
                f"{figure.value if figure.value is not None else ''} {figure.says} "
                f"({sources[figure.source].title}, {sources[figure.source].year})".strip()
                for figure in role.figures
            )
        )


def _takes(demands: Demands) -> str:
    return " ".join(
        f"{value:g}"
        for value in (demands.routine, demands.judgement, demands.stakes, demands.feedback, demands.ambiguity)
    )
