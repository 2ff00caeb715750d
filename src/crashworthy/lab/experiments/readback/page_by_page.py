"""A list is read page by page, while nobody writes, while something is added and while something is deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.readback import paging
from crashworthy.lab.experiments.readback.pages import REMOVED, STILL, WRITTEN, judge_pages
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, replayed
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.readback import LOST_ON_PAGES

_PRIORITY = 14.0
_SUSPECTED = 30.0
_ESTIMATE_S = 0.8
_ITEMS = 5


class PageByPage(Experiment):
    """Make five items, and read the list two by two."""

    id = "page-by-page"
    title = "Lists that are read page by page"
    weaknesses = (LOST_ON_PAGES,)
    replay_s = 0.6

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Lists with parameters for pages, to which something can be added."""

        def priority(_: Operation, suspected: bool) -> float:
            return _SUSPECTED if suspected else _PRIORITY

        return one_per_operation(
            lab,
            LOST_ON_PAGES,
            [each for each in lab.operations if each.method == "GET" and _plan(each, lab) is not None],
            why="is read page by page",
            priority=priority,
            estimate_s=_ESTIMATE_S,
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Once while nobody writes, once with an item added after the first page, and once with one of that deleted."""
        recorder = Recorder(lab, self.id)
        operation = lab.operation(candidate.operations[0])
        found = paging.paging_of(operation) if operation is not None else None
        if operation is not None and found is not None:
            adding, deleting = _plan(operation, lab), _deleting(operation, lab)
            plays = ((STILL, adding, None), (WRITTEN, adding, 1), (REMOVED, deleting, 1))
            try:
                for purpose, scenario, after in plays:
                    if scenario is not None:
                        settings = {paging.PAGING: found.settings(after)}
                        paging.play(recorder, scenario.model_copy(update={"settings": settings}), purpose)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, handler_settings(operation))

    def judge(self, history: History) -> Judgement:
        """See `pages`."""
        return judge_pages(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same walk again, after one while nobody writes."""

        def play(scenario: Scenario, recorder: Recorder) -> None:
            given = scenario.settings.get(paging.PAGING)
            written = isinstance(given, dict) and given.get("write_after") is not None
            if isinstance(given, dict) and written:
                settings = {**scenario.settings, paging.PAGING: {**given, "write_after": None}}
                paging.play(recorder, scenario.model_copy(update={"settings": settings}), STILL)
            removed = any(step.method == "DELETE" for step in scenario.attack)
            paging.play(recorder, scenario, STILL if not written else REMOVED if removed else WRITTEN)

        return replayed(self.id, history, judgement, lab, play)


def _plan(operation: Operation, lab: Lab) -> Scenario | None:
    """Make several items of the list; the attack makes one more."""
    way, maker = lab.playbook.way(operation.name), lab.playbook.way(f"POST {operation.path}")
    if way is None or maker is None or paging.paging_of(operation) is None:
        return None
    merged = merge([maker, way])
    if len(merged.last) != 2:
        return None
    make, read = merged.last
    base = Ground(merged.setup, (make,), (read,))
    items = tuple(base.bound(make, number).model_copy(update={"saves": ()}) for number in range(1, _ITEMS + 2))
    return Scenario(setup=(*merged.setup, *items[:-1]), attack=items[-1:], observe=(read,))


def _deleting(operation: Operation, lab: Lab) -> Scenario | None:
    """Make several items of the list; the attack deletes one that the first page has shown."""
    pattern = re.compile(rf"DELETE {re.escape(operation.path)}/\{{[^/]+\}}/?")
    deletes = next((way for way in lab.playbook.ways if pattern.fullmatch(way.operation)), None)
    way, maker = lab.playbook.way(operation.name), lab.playbook.way(f"POST {operation.path}")
    if way is None or maker is None or deletes is None:
        return None
    merged = merge([maker, way, deletes])
    if len(merged.last) != 3:
        return None
    make, read, drop = merged.last
    # What the way to the deletion makes is one of the items.
    setup = tuple(step for step in merged.setup if step.operation != make.operation)
    base = Ground(setup, (make,), (read,))
    items = tuple(base.bound(make, number).model_copy(update={"saves": ()}) for number in range(1, _ITEMS + 1))
    last = f"{drop.path.rstrip('/').rpartition('/')[0]}/${{{paging.VICTIM}}}"
    shown = drop.model_copy(update={"path": last, "saves": ()})
    return Scenario(setup=(*setup, *items), attack=(shown,), observe=(read,))
