"""Command and argument injection: marked text that a shell reads as code, or a program as an option."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.core.history import SensorEvent
from crashworthy.lab.experiments.injection.attack import Payload, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import PROBES
from crashworthy.weaknesses.injection import ARGUMENT_INJECTION, COMMAND_INJECTION

_TEXTLESS = frozenset({Kind.FILE, Kind.BODY, Kind.FIELD_NAME})


class Command(SinkAttack):
    """Separators and a substitution, each before a marker that is no program's name: whatever is run does nothing."""

    id = "command"
    weakness = COMMAND_INJECTION
    expected = "the input is one argument of a program that is started without a shell, or is quoted"
    becomes = "part of a shell's command"
    gets = "can run any program on the service's machine with the service's rights"
    impact = {"read": "H", "change": "H", "stop": "H", "beyond": "H"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One for all kinds of quotes; then with the good value before it."""
        if place.kind in _TEXTLESS:
            return
        plain, substituted = f";{marker}b", f"$({marker}c)"
        single, double = f"';{marker}d", f'";{marker}e'
        probes = [f"a{plain}", f"b{substituted}", single, double]
        whole = f"{marker}a{plain}{substituted}{single}{double}"
        if place.longest is not None and len(whole) > place.longest:
            yield from (
                Payload(f"a{each}", {PROBES: [each if each[0] in "'\"" else f"a{each}"]})
                for each in (plain, substituted, single)
            )
            return
        yield Payload(whole, {PROBES: [*probes]})
        good = place.good if isinstance(place.good, str) else ""
        if good and "${" not in good:
            yield Payload(f"{good}{plain}{substituted}", {PROBES: [f"{good[-1]}{plain}", f"b{substituted}"]})

    def given(self, event: SensorEvent) -> str:
        """The command."""
        return "in what the shell was given" if event.data.get("sink") == "shell" else "in what was started"


class Argument(SinkAttack):
    """A marked option."""

    id = "argument"
    weakness = ARGUMENT_INJECTION
    expected = "the input stands behind `--`, or input that begins with a hyphen is refused"
    becomes = "an option of a program that the service starts"
    gets = "can choose the program's options: many can be told to write files or to run other programs"
    impact = {"read": "L", "change": "L"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One."""
        if place.kind not in _TEXTLESS:
            yield Payload(f"--{marker}=1")

    def given(self, _event: SensorEvent) -> str:
        """The arguments."""
        return "of the program that was started"
