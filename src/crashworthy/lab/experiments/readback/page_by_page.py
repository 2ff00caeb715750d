"""A list is read page by page, while nobody writes and while something is added to it."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab, one_per_operation
from crashworthy.lab.experiments.places import handler_settings
from crashworthy.lab.experiments.readback import paging
from crashworthy.lab.experiments.readback.pages import STILL, WRITTEN, judge_pages
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, replayed
from crashworthy.lab.traffic.ways import merge
from crashworthy.weaknesses.readback import LOST_ON_PAGES

_PRIORITY = 14.0
_SUSPECTED = 30.0
_ESTIMATE_S = 0.6
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
        """Once while nobody writes, and once with an item added after the first page."""
        recorder = Recorder(lab, self.id)
        operation = lab.operation(candidate.operations[0])
        scenario = _plan(operation, lab) if operation is not None else None
        found = paging.paging_of(operation) if operation is not None else None
        if scenario is not None and found is not None:
            try:
                for purpose, after in ((STILL, None), (WRITTEN, 1)):
                    settings = {paging.PAGING: found.settings(after)}
                    paging.play(recorder, scenario.model_copy(update={"settings": settings}), purpose)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, handler_settings(operation))

    def judge(self, history: History) -> Judgement:
        """See `pages`."""
        return judge_pages(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same walk again."""

        def play(scenario: Scenario, recorder: Recorder) -> None:
            given = scenario.settings.get(paging.PAGING)
            written = isinstance(given, dict) and given.get("write_after") is not None
            paging.play(recorder, scenario, WRITTEN if written else STILL)

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
