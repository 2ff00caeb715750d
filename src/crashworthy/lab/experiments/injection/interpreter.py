"""Code and template injection: marked text that Python executes, or a template engine evaluates."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.core.history import SensorEvent
from crashworthy.lab.experiments.injection.attack import Payload, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import PROBES
from crashworthy.weaknesses.injection import CODE_INJECTION, TEMPLATE_INJECTION


class Code(SinkAttack):
    """A call of a name that does not exist: executed, it fails with a NameError and does nothing.

    `ast.parse` and `literal_eval` compile and do not execute; an evaluator that allows names and sums refuses calls.
    """

    id = "code"
    weakness = CODE_INJECTION
    expected = "the input is never executed"
    becomes = "executed Python code"
    gets = "can run any code inside the service"
    impact = {"read": "H", "change": "H", "stop": "H", "beyond": "H"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """As an expression by itself, and as one that ends each kind of quote."""
        if place.kind in {Kind.FILE, Kind.FIELD_NAME}:
            return
        call = f"{marker}b({marker}c)"
        texts = (call, f"'+{call}+'", f'"+{call}+"')
        yield from map(Payload, texts if place.kind not in {Kind.BODY, Kind.USUAL_HEADER} else texts[:1])

    def given(self, event: SensorEvent) -> str:
        """The code."""
        return "(compiled from text that was put together)" if event.data.get("text") else "(compiled from a tree)"


class Template(SinkAttack):
    """An expression in the delimiters of Jinja and Django, with names that no context has."""

    id = "template"
    weakness = TEMPLATE_INJECTION
    expected = "the input is a value that the template is given, not a part of its source"
    becomes = "part of a template's source"
    gets = "can evaluate expressions inside the service, which in Jinja means any code"
    impact = {"read": "H", "change": "H", "stop": "H", "beyond": "H"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One."""
        if place.kind not in {Kind.FIELD_NAME, Kind.BODY}:
            yield Payload(f"{marker}a{{{{{marker}b({marker}c)}}}}", {PROBES: [f"a{{{{{marker}b("]})

    def given(self, event: SensorEvent) -> str:
        """The template."""
        return f"of a template that {event.data.get('engine', 'the engine')} was given"
