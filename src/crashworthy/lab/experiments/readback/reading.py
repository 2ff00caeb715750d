"""The judge of what is read back: is it there, is it fresh, and is it the reader's own?

Unstored: the answer to a change repeats a new value, and the object itself still has the old one. Stale: the change is
read back, but not where the object was read before it. Both are looked at again later, and only where the service does
not say by itself that the work is under way or that answers may be kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity, Weakness
from crashworthy.lab.experiments.compared import Compared, accepted, unproven
from crashworthy.lab.experiments.concurrency.serializability import with_masks
from crashworthy.lab.experiments.effects import Change, effects, told
from crashworthy.lab.experiments.observed import Mask, differing
from crashworthy.lab.experiments.places import handler_of
from crashworthy.lab.experiments.trial import of_part
from crashworthy.weaknesses.readback import ANSWER_OF_ANOTHER, STALE_ANSWER, UNSTORED_CHANGE

BEFORE = "before the change"
CHANGED = "changed"
LATER = "changed, read later"
READ_BEFORE = "read, changed"
READ_BEFORE_LATE = "read, changed, read later"
OWN = "the second user alone"
PROBE = "with other values"
AFTER_ANOTHER = "the second user after the first"

_ACCEPTED = 202
_TELLING = 2
_UNDER_WAY = re.compile(r"pending|draft|review|approv|queued|schedul|accepted|processing|staged", re.IGNORECASE)
_MAY_BE_KEPT = re.compile(r"(?:s-maxage|max-age)\s*=\s*0*[1-9]", re.IGNORECASE)
_NEVER = object()


@dataclass(frozen=True)
class Readings(Compared):
    """The trials of one candidate."""

    @cached_property
    def changed(self) -> Trial | None:
        """The change, accepted twice."""
        return self.twice(CHANGED)

    @cached_property
    def before(self) -> Trial | None:
        """The same without the change."""
        return self.one_of(BEFORE)

    @cached_property
    def masks(self) -> frozenset[Mask]:
        """What differs between plays that mean the same."""
        found = self.saved_masks
        return found | differing(self.of(CHANGED)) | differing(self.of(OWN))

    def unstored(self, trial: Trial) -> list[tuple[str, Json, Json]]:
        """Fields whose new value the answer repeats and the object does not have: name, new value, old value."""
        change = next(iter(of_part(trial, "attack")), None)
        if change is None or not accepted(trial) or self.before is None or change.response is None:
            return []
        sent, answer = object_of(change.request.body), object_of(change.response.body)
        if change.response.status == _ACCEPTED or _UNDER_WAY.search(change.response.body):
            return []
        place = _place(trial, change)
        if place is None:
            return []
        was, now = _own_reading(self.before, place), _own_reading(trial, place)
        return [
            (name, value, now[name])
            for name, value in sent.items()
            if name in now
            and _says(answer, name, value)
            and was.get(name, _NEVER) == now[name]
            # What is stored in another form may be the same as before.
            and _plain(now[name]) != _plain(value)
        ]

    def stale(self, trial: Trial) -> list[Change]:
        """What the change is known to change, and is still as before when it was read before."""
        if self.changed is None or self.before is None or not accepted(trial):
            return []
        if any(_may_be_kept(exchange) for exchange in of_part(trial, "observe")):
            return []
        old = {(what, path): value for what, path, value, _ in effects(self.before, self.changed, self.masks)}
        # What is handed out once, such as unread messages, differs from both: it is the whole answer that is old.
        moved = {what for what, _, _, _ in effects(self.before, trial, self.masks)}
        return [
            change
            for change in effects(self.changed, trial, self.masks)
            if old.get(change[:2], _NEVER) == change[3] and change[0] not in moved
        ]

    def taken_over(self, trial: Trial) -> Exchange | None:
        """The reading that is the other user's, byte for byte, and not what it is when the reader is alone."""
        own = self.of(OWN)
        if len(own) < 2:
            return None
        others = {path_of(exchange): exchange for exchange in of_part(trial, "attack")}
        alone = {what for what, _, _, _ in effects(own[0], trial, self.masks)}
        for exchange in of_part(trial, "observe"):
            other = others.get(path_of(exchange))
            if other is None or not (other.ok and exchange.ok) or exchange.operation not in alone:
                continue
            if other.response and exchange.response and other.response.body == exchange.response.body:
                return exchange
        return None


def judge_readings(history: History) -> list[Judgement]:
    """A judgement for each that the trials show; else one that says what was seen."""
    shown = Readings(history)
    if history.weakness == ANSWER_OF_ANOTHER.id:
        return [_another(shown)]
    if shown.changed is None or shown.before is None:
        return [unproven(history, Status.UNKNOWN, "the change was not accepted twice")]
    found = [judgement for judgement in (_unstored(shown), _stale(shown)) if judgement is not None]
    return found or [unproven(history, Status.HELD, "all that it changes was read back, also where it was read before")]


def _unstored(shown: Readings) -> Judgement | None:
    played = [shown.unstored(trial) for trial in (*shown.of(CHANGED), *shown.of(LATER))]
    if len(played) < 3 or not all(played):
        return None
    names = set.intersection(*({name for name, _, _ in each} for each in played))
    fields = [each for each in played[0] if each[0] in names]
    if not fields:
        return None
    name = shown.history.operations[0]
    return _proven(
        shown,
        UNSTORED_CHANGE,
        shown.of(LATER)[0],
        title=f"{name} answers with {_list([field for field, _, _ in fields])} as sent, and does not store it",
        expected=_list([f"{field} is {json.dumps(new)}, as the answer says" for field, new, _ in fields]),
        seen=_list([f"{field} is still {json.dumps(old)} when it is read" for field, _, old in fields]),
    )


def _stale(shown: Readings) -> Judgement | None:
    for trial in shown.of(READ_BEFORE)[:1]:
        later = shown.of(READ_BEFORE_LATE)
        stale = shown.stale(trial)
        if not stale or not later:
            return None
        lasting = {change[:2] for change in shown.stale(later[0])}
        stale = [change for change in stale if change[:2] in lasting]
        own = [change for change in stale if _is_own(change[0], shown.history.operations[0])]
        if not stale:
            return None
        told_of = own or stale
        found = _proven(
            shown,
            STALE_ANSWER,
            trial,
            title=f"What {shown.history.operations[0]} changes is read as it was by who read it before",
            expected=" and ".join(told(what, path, value) for what, path, value, _ in told_of[:_TELLING]),
            seen=" and ".join(told(what, path, value) for what, path, _, value in told_of[:_TELLING]) + ", also later",
        )
        if own:
            return found
        why = "a list or a summary may be kept for a while, where that is meant"
        return found.model_copy(update={"status": Status.SUSPECTED, "severity": Severity.MINOR, "why": why})
    return None


def _another(shown: Readings) -> Judgement:
    history = shown.history
    for trial in shown.of(AFTER_ANOTHER):
        exchange = shown.taken_over(trial)
        if exchange is not None:
            found = _proven(
                shown,
                ANSWER_OF_ANOTHER,
                trial,
                title=f"{exchange.operation} answers one user with what another has just read",
                expected="each user is answered with what is that user's own, as where nobody else has read before",
                seen=f"{exchange.operation} answers {exchange.actor} with the answer to another user, byte for byte",
            )
            return found.model_copy(update={"operations": (exchange.operation,)})
    if len(shown.of(OWN)) < 2 or not shown.of(AFTER_ANOTHER):
        return unproven(history, Status.UNKNOWN, "no two users could read")
    return unproven(history, Status.HELD, "the second user read the same with and without the first")


def _proven(shown: Readings, weakness: Weakness, trial: Trial, *, title: str, expected: str, seen: str) -> Judgement:
    history = shown.history
    return Judgement(
        status=Status.PROVEN,
        severity=weakness.severity,
        title=title,
        expected=expected,
        seen=seen,
        trial=trial.id,
        scenario=with_masks(trial.scenario, shown.masks),
        location=history.location or handler_of(history),
        trials=len(history.trials),
        weakness=weakness.id,
    )


def _own_reading(trial: Trial, place: int) -> dict[str, Json]:
    """The object that the reading at that place shows."""
    exchange = of_part(trial, "observe")[place]
    return object_of(exchange.response.body) if exchange.ok and exchange.response else {}


def _place(trial: Trial, change: Exchange) -> int | None:
    """The reading of the changed object's own address, by the one who changed it."""
    for place, exchange in enumerate(of_part(trial, "observe")):
        if path_of(exchange) == path_of(change) and exchange.actor == change.actor:
            return place
    return None


def path_of(exchange: Exchange) -> str:
    """The path that was asked for, without the query."""
    return urlsplit(exchange.request.url).path.rstrip("/")


def _is_own(what: str, change: str) -> bool:
    """Whether a reading is of the very object that an operation changes, as `GET /orders/7` is of a refund's."""
    read = what.partition(" ")[2].partition(" as ")[0].partition("?")[0]
    for path in paths_of_object(change.partition(" ")[2]):
        pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
        if re.fullmatch(pattern, read):
            return True
    return False


def paths_of_object(path: str) -> list[str]:
    """The addresses of the objects that a path leads through: each part up to a parameter."""
    parts = path.split("/")
    return ["/".join(parts[: place + 1]) for place, part in enumerate(parts) if part.startswith("{")]


def object_of(text: str | None) -> dict[str, Json]:
    """The JSON object that a body is, {} for any other."""
    try:
        value = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _says(answer: dict[str, Json], name: str, value: Json) -> bool:
    """Whether the answer has the value under that name, at the top or in the one object that it holds."""
    inner = [each for each in answer.values() if isinstance(each, dict)]
    return any(each.get(name, _NEVER) == value for each in (answer, *inner[:1]))


def _plain(value: Json) -> Json:
    """A text without what people write in several ways: case, spaces, signs."""
    return re.sub(r"\W", "", value).casefold() if isinstance(value, str) else value


def _may_be_kept(exchange: Exchange) -> bool:
    headers = exchange.response.headers if exchange.response else ()
    return any(name.lower() == "cache-control" and _MAY_BE_KEPT.search(value) for name, value in headers)


def _list(texts: list[str]) -> str:
    return " and ".join(texts[:_TELLING])
