"""The judge of lists that are read page by page: is every item on exactly one page?

An item is missing when the list as a whole, or page 0, shows it before and after, and no page from the service's own
first one to the last does. While nobody writes, that and items on two pages are faults. While somebody adds or deletes
an item, an offset shifts what comes later: that other items come twice or never then is told, as what pages by number
accept. Who hands out cursors says that a place in the list is kept, and has to keep it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.readback.paging import MOST_PAGES, PAGING, PER_PAGE, ids_of
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.readback import LOST_ON_PAGES

STILL = "while nobody writes"
WRITTEN = "while an item is added"
REMOVED = "while an item is deleted"

_TELLING = 3


@dataclass(frozen=True)
class Walk:
    """One reading of a list from its first page to its last."""

    trial: Trial

    @cached_property
    def asked(self) -> list[tuple[str | None, list[str]]]:
        """The value of the index parameter and the ids of each page, in the order of the requests."""
        return [(self._index_of(exchange), ids_of(exchange)) for exchange in of_part(self.trial, "probe")]

    @cached_property
    def walked(self) -> list[tuple[str | None, list[str]]]:
        """`asked` from the service's own first page on, without page 0 and a page 1 that is the first one again."""
        found: list[tuple[str | None, list[str]]] = []
        for index, ids in self.asked:
            compared = index in {"0", "1"} and self._by == "page" and (index == "0" or ids == found[0][1])
            if not compared:
                found.append((index, ids))
        return found

    @property
    def pages(self) -> list[list[str]]:
        """The ids of each page of the walk."""
        return [ids for _, ids in self.walked]

    @cached_property
    def whole(self) -> list[set[str]]:
        """What the list as a whole showed before and after; nothing where two items cannot be told apart."""
        found = [ids_of(exchange) for exchange in of_part(self.trial, "observe")]
        return [set(ids) for ids in found if len(set(ids)) == len(ids)]

    @property
    def fit(self) -> bool:
        """Whether the list was read in pages to its end, and what was there at the beginning stayed."""
        setup = all(exchange.done for exchange in of_part(self.trial, "setup"))
        removed = self.trial.purpose == REMOVED
        # A page less may be the end, where what comes later is shifted.
        paged = (
            len(self.pages) > (1 if removed else 2)
            and 0 < len(self.pages[0]) <= PER_PAGE
            and self.pages[0] != self.pages[1]
        )
        ended = len(self.pages) < MOST_PAGES
        if not (setup and paged and ended and len(self.whole) == 2):
            return False
        # Whatever else writes would shift the pages, too.
        before, after = self.whole
        if removed:
            return after < before and len(after) == len(before) - 1
        return before == after if self.trial.purpose == STILL else before <= after

    @cached_property
    def known(self) -> set[str]:
        """What is there all the time: in the list as a whole, and on page 0."""
        zero = [ids for index, ids in self.asked if index == "0" and self._by == "page"]
        return self.whole[0].union(*zero) if self.trial.purpose != REMOVED else self.whole[1]

    @property
    def missing(self) -> list[str]:
        """What is there all the time and on no page."""
        return sorted(self.known - {each for page in self.pages for each in page})

    @property
    def twice(self) -> list[str]:
        """What was there from the beginning and comes more than once."""
        count = Counter(each for page in self.pages for each in set(page))
        return sorted(each for each, times in count.items() if times > 1 and each in self.whole[0])

    @property
    def keeps_its_place(self) -> bool:
        """Whether the service hands out cursors."""
        return self._by == "cursor"

    @property
    def _by(self) -> str:
        given = self.trial.scenario.settings.get(PAGING)
        return str(given.get("by")) if isinstance(given, dict) else ""

    def _index_of(self, exchange: Exchange) -> str | None:
        given = self.trial.scenario.settings.get(PAGING)
        name = f"{given.get('index')}=" if isinstance(given, dict) else ""
        asked = exchange.request.url.partition("?")[2].split("&")
        return next((pair.partition("=")[2] for pair in asked if pair.startswith(name)), None)


def judge_pages(history: History) -> Judgement:
    """PROVEN for what is missing, or comes twice while nobody writes; SUSPECTED for what a number of a page shifts."""
    still, written, removed = (
        [walk for walk in _walks(history, purpose) if walk.fit] for purpose in (STILL, WRITTEN, REMOVED)
    )
    for walk in (*still, *written):
        if walk.missing:
            return _missing(history, walk)
    for walk in still:
        if walk.twice:
            return _twice(history, walk)
    if not still:
        return unproven(history, Status.HELD, "the list was not seen to be read in pages to its end")
    shifted = [_missing(history, walk) for walk in removed if walk.missing]
    shifted += [_twice(history, walk) for walk in written if walk.twice]
    if shifted and still[0].keeps_its_place:
        return shifted[0]
    if shifted:
        why = (
            "pages by number or offset shift when something is added or deleted; pages after the last item seen do not"
        )
        return shifted[0].model_copy(update={"status": Status.SUSPECTED, "severity": Severity.MINOR, "why": why})
    also = " and ".join(purpose for purpose, walks in ((WRITTEN, written), (REMOVED, removed)) if walks)
    return unproven(history, Status.HELD, "every item was on one page" + (f", also {also}" if also else ""))


def _missing(history: History, walk: Walk) -> Judgement:
    return _found(history, walk, walk.missing, "is on no page", "is missing")


def _twice(history: History, walk: Walk) -> Judgement:
    return _found(history, walk, walk.twice, "is on two pages", "comes twice")


def _walks(history: History, purpose: str) -> list[Walk]:
    return [Walk(trial) for trial in history.trials if trial.purpose == purpose]


def _found(history: History, walk: Walk, ids: list[str], how: str, fault: str) -> Judgement:
    told = ", ".join(ids[:_TELLING]) + (", …" if len(ids) > _TELLING else "")
    pages = " | ".join(", ".join(page) or "none" for page in walk.pages)
    return Judgement(
        status=Status.PROVEN,
        severity=LOST_ON_PAGES.severity,
        title=f"{history.operations[0]}: what is in the list {fault} when it is read page by page {walk.trial.purpose}",
        expected=f"each of {', '.join(sorted(walk.known.union(*walk.pages)))} on one page"[:200],
        seen=f"{told} {how}; pages: {pages}"[:300],
        trial=walk.trial.id,
        scenario=walk.trial.scenario,
        location=history.location or handler_of(history),
        trials=len(history.trials),
        root="pages",
    )
