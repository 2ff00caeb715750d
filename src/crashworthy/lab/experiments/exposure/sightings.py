"""Where marks are seen again after a play: in what was printed, in files and rows, and in calls of other systems.

What is found becomes events of the trial; a judge decides later which of them are faults.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from crashworthy.core.history import SensorEvent
from crashworthy.core.value import Json
from crashworthy.lab.experiments.exposure.marks import Kind, Mark, as_written, is_code_column, spellings, stands_in
from crashworthy.lab.experiments.injection.model_calls import model_calls
from crashworthy.lab.testbed import OutboundCall, Testbed
from crashworthy.lab.traffic.told import text_of_mail

PRINTED, KEPT, PROMPTED, CALLED = "printed", "kept", "prompted", "called"
"""Kinds of events: a line that was printed, a file or row, a message to a language model, another outbound call."""

_EXCERPT = 160
_MOST_OF_A_KIND = 4
_MAIL = "MAIL"
_WIPED_S = 1.0


def printed(output: str, before: str, marks: Sequence[Mark]) -> Iterator[SensorEvent]:
    """Lines that were printed since `before`, a beginning of the output, and hold a mark."""
    lines = (output[len(before) :] if output.startswith(before) else output).splitlines()
    for mark in marks:
        for line in [each for each in lines if stands_in(mark, each)][:_MOST_OF_A_KIND]:
            yield _event(PRINTED, mark, text=_around(line, mark))


def kept(testbed: Testbed, marks: Sequence[Mark]) -> list[SensorEvent]:
    """Rows and files of the present copy that hold a mark, also a second later: a job may wipe what is done with."""
    found = list(_kept(testbed, marks))
    if not found:
        return []
    time.sleep(_WIPED_S)
    return [event for event in _kept(testbed, marks) if event in found]


def _kept(testbed: Testbed, marks: Sequence[Mark]) -> Iterator[SensorEvent]:
    # Access tokens are kept by whoever checks them.
    wanted = [mark for mark in marks if mark.kind is not Kind.TOKEN]
    rows = testbed.rows() if wanted else ()
    found: set[tuple[str, str]] = set()
    for row in rows:
        for column, text in row.values.items():
            for mark in wanted:
                is_code = mark.kind is Kind.CODE and is_code_column(column) and text == mark.value
                where = f"column {column} of table {row.table} in {row.database}"
                if (is_code or stands_in(mark, text)) and (mark.value, where) not in found:
                    found.add((mark.value, where))
                    yield _event(KEPT, mark, path=row.database, where=where)
    yield from _in_files(testbed, marks)


def _in_files(testbed: Testbed, marks: Sequence[Mark]) -> Iterator[SensorEvent]:
    by_text = {form: mark for mark in marks for form in as_written(mark)}
    if not by_text:
        return
    seen: set[tuple[str, str]] = set()
    for path, text in testbed.files_holding(tuple(by_text), databases=False):
        mark = by_text[text]
        if (path, mark.value) not in seen:
            seen.add((path, mark.value))
            yield _event(KEPT, mark, path=path, where=path)


def sent_out(calls: Sequence[OutboundCall], marks: Sequence[Mark], origin: float) -> Iterator[SensorEvent]:
    """Prompts, mails and other calls that hold a mark."""
    for mark in marks:
        prompted: set[float] = set()
        for event in _prompts(calls, mark, origin):
            prompted.add(event.at)
            text = str(event.data.get("text"))
            yield _event(PROMPTED, mark, at=event.at, host=event.data.get("host"), text=_around(text, mark))
        for call in calls:
            text = text_of_mail(call.body) if call.method == _MAIL else call.body.decode("utf-8", "replace")
            at = round(call.at - origin, 6)
            if at not in prompted and stands_in(mark, text):
                to: dict[str, Json] = {"host": call.host, "method": call.method, "path": call.path[:200]}
                yield _event(CALLED, mark, at=at, text=_around(text, mark), **to)


def _prompts(calls: Sequence[OutboundCall], mark: Mark, origin: float) -> Iterable[SensorEvent]:
    found: dict[float, SensorEvent] = {}
    for form in spellings(mark):
        found |= {event.at: event for event in model_calls(calls, origin, form.lower())}
    return found.values()


def _event(kind: str, mark: Mark, *, at: float = 0.0, **data: Json) -> SensorEvent:
    named: dict[str, Json] = {"mark": mark.value, "what": mark.kind.value, "name": mark.name}
    return SensorEvent(at=at, kind=kind, data={**named, **data})


def _around(text: str, mark: Mark) -> str:
    """The part of a text in which the mark stands, on one line."""
    at = next((place for form in spellings(mark) if (place := text.find(form)) >= 0), 0)
    start = max(0, at - _EXCERPT // 2)
    return " ".join(text[start : start + _EXCERPT].split())
