"""The base of rules that suspect text of a request to reach a call where it is more than data."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from crashworthy.audit.rule import Context, Hit, Rule, operations_of
from crashworthy.source.flow.events import Passed
from crashworthy.source.flow.values import Mixed, Ref, Text, Value

# The arguments that matter, by position or name.
Arguments = tuple[int | str, ...]


class Reaches(Rule):
    """Looks for calls of `sinks` (a dotted name, or "." and a method's) whose arguments hold unchecked text."""

    sinks: ClassVar[Mapping[str, Arguments]]

    @abstractmethod
    def message(self, event: Passed) -> str:
        """What is suspected, in a sentence without an end."""

    def suspects(self, event: Passed, value: Value, context: Context) -> bool:
        """Whether this argument of this call is suspicious; by default, when it is text."""
        return is_text(value)

    def find(self, context: Context) -> Iterator[Hit]:
        """Calls of the sinks in the runs over all handlers."""
        for run in context.runs:
            for event in run.events:
                if not isinstance(event, Passed):
                    continue
                wanted = self.sinks.get(event.callee) or self.sinks.get(f".{event.callee.rpartition('.')[2]}", ())
                given = (event.free[name] for name in wanted if name in event.free)
                if any(self.suspects(event, value, context) for value in given):
                    yield Hit(event.node, event.scope, self.message(event), operations_of(run))


def is_text(value: Value) -> bool:
    """Whether a value is text of the request, or a text that was put together with it."""
    return isinstance(value, Text) or (isinstance(value, Ref) and not value.shape.fields)


def holds_text(value: Value) -> bool:
    """The same for one of several values, such as the elements of a path that was joined."""
    return is_text(value) or (isinstance(value, Mixed) and any(holds_text(part) for part in value.parts))


def called(event: Passed) -> str:
    """How the source calls it, for messages."""
    return event.callee.lstrip(".").rpartition(".")[2] if event.callee.startswith(".") else event.callee
