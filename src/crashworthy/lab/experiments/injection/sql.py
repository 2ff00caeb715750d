"""SQL injection: marked text outside of any literal or quoted identifier of an executed statement."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.core.history import SensorEvent
from crashworthy.lab.experiments.injection.attack import Payload, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import PROBES, WHOLE
from crashworthy.weaknesses.injection import SQL_INJECTION

_LONGEST = 300


class Sql(SinkAttack):
    """A parenthesis and a marker, by themselves and behind each kind of quote.

    A name alone proves nothing: a service may sort by any column that is a word. What does is punctuation of ours that
    is read as punctuation. None of the payloads makes a valid statement, so nothing is read or changed.
    """

    id = "sql"
    weakness = SQL_INJECTION
    expected = "the input stays inside a literal, or is bound as a parameter"
    becomes = "part of the grammar of an SQL statement"
    gets = "can read and change all that the service's database user may"
    impact = {"read": "H", "change": "H", "stop": "H"}

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """One for all quotes; then with the good value before it, for what is checked at its beginning."""
        if place.kind in {Kind.FILE, Kind.BODY}:
            return
        quotes = ("", "'", '"', "\\'", "`")
        pieces = [f"{quote}({marker}{letter}" for quote, letter in zip(quotes, "bcdef", strict=True)]
        # Behind the plain parenthesis stands our own text, so that a service's parenthesis is not taken for it.
        probes: list[str] = [f"a{pieces[0]}", *pieces[1:]]
        whole = f"{marker}a{''.join(pieces)}"
        if place.longest is not None and len(whole) > place.longest:
            yield from (
                _payload(f"a{piece}", probe)
                for piece, probe in zip(pieces[:3], (f"a{pieces[0]}", *pieces[1:3]), strict=True)
            )
            return
        yield _payload(whole, *probes)
        # A field that is there is bound elsewhere, too: its name in front lets the statement be made at all.
        before = place.name if place.kind is Kind.FIELD_NAME else place.good
        if isinstance(before, str | int | float) and not isinstance(before, bool):
            good = str(before)[:_LONGEST]
            if "${" not in good and good:
                yield _payload(f"{good} {pieces[0]}{pieces[1]}", f" {pieces[0]}", pieces[1])
                if "@" in good:
                    yield _payload(f"{marker}a{pieces[1]}@example.com", pieces[1])

    def given(self, event: SensorEvent) -> str:
        """The statement."""
        return f"of the statement that {event.data.get('driver', 'the driver')} was given"


def _payload(text: str, *probes: str) -> Payload:
    return Payload(text, {PROBES: [*probes], WHOLE: text})
