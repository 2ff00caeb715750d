"""What to try next after a refusal: each answer suggests a few plans, ranked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import is_identity, login_in_path, login_name, sign_up_score, user_in_path
from crashworthy.lab.traffic.alternatives import other_types, other_values, raw_bodies
from crashworthy.lab.traffic.attempt import Draft, Workshop
from crashworthy.lab.traffic.data import ALL
from crashworthy.lab.traffic.encode import FORM, MULTIPART
from crashworthy.lab.traffic.facts import Slot, slots_of
from crashworthy.lab.traffic.feedback import Feedback, read_feedback
from crashworthy.lab.traffic.grants import grants_for
from crashworthy.lab.traffic.login_names import login_names
from crashworthy.lab.traffic.names import REFERENCE_ENDS, collection, path_words, stem, words
from crashworthy.lab.traffic.plan import MADE_UP, Plan, Ranked
from crashworthy.lab.traffic.session import challenges, circles, succeeded
from crashworthy.lab.traffic.template import escape, placeholders
from crashworthy.lab.traffic.ways import actors_of

_INCREASING = frozenset(
    map(
        stem,
        [
            "deposit",
            "topup",
            "top",
            "credit",
            "fund",
            "charge",
            "add",
            "restock",
            "stock",
            "refill",
            "supply",
            "load",
            "recharge",
        ],
    )
)
_ONESELF = re.compile(r"\b(yourself|oneself|himself|themselves|your own|same (user|account|person)|self)\b")
_OWNERS_NOT = re.compile(
    r"\b(owner|creator|author|host|organi[sz]er|admin)s? (can ?not|can't|may not|must not)|not .* own\b"
)
_DELETED = re.compile(r"\b(trash|bin|deleted|removed|archived?)\b")
_DEPTH = 0.4
_MOST_BEFORE = 4


def refused(exchange: Exchange) -> bool:
    """Whether the caller, not the request, was turned away."""
    if exchange.response is None:
        return False
    if exchange.response.status in (401, 403):
        return True
    redirected = exchange.response.status in (302, 303, 307)
    return redirected and not succeeded(exchange) and not circles(exchange)


def _amounts(step: Step) -> list[tuple[str, ...]]:
    """Numbers at the top of the body that are more than one."""
    body = step.body if isinstance(step.body, dict) else {}
    return [("body", name) for name, value in body.items() if _is_more_than_one(value)]


def _is_more_than_one(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 1


class Successors:
    """Plans that an answer suggests."""

    def __init__(self, workshop: Workshop, operations: Sequence[Operation]) -> None:
        self._workshop = workshop
        self._operations = {operation.name: operation for operation in operations}

    def of(self, operation: Operation, plan: Plan, exchange: Exchange, draft: Draft, rank: float) -> Ranked:
        """Plans to try after `exchange`, with ranks (lower first) that grow with the number of changes."""
        slots = slots_of(operation)
        status = exchange.response.status if exchange.response else 0
        # A page that shows the form again, whatever its status, says that something in it was wrong.
        status = 400 if 200 <= status < 300 else status
        status = 404 if status in (302, 303, 307) and circles(exchange) else status
        feedback = read_feedback(exchange, slots, draft.given, has_body=operation.method not in ("GET", "DELETE"))
        if status == 405:
            return []
        plans: Ranked = self._looks(operation, plan, status, feedback)
        if "refresh" in feedback.text and not plan.renews and self._workshop.knowledge.renewing(plan.actor):
            plans.append((0.05, replace(plan, renews=True)))
        if refused(exchange) or status == 404:
            plans += self._of_oneself(operation, plan, exchange)
        if refused(exchange):
            plans += self._identities(plan)
            plans += self._grants(plan, feedback)
            if plan.actor == "A" and any(step.actor == "B" for step in draft.setup):
                # Something was made for the other user, who is the one to take it.
                plans.append((0.3, replace(plan, actor="B", grant=None, afresh=False)))
            plans += [(2.5 + far, each) for far, each in self._before(operation, plan, draft, feedback)]
            if is_identity(operation):
                plans += login_names(self._workshop, operation, slots, plan)
        elif status in (301, 308):
            plans.append((0, replace(plan, slash=not plan.slash)))
        elif status == 404:
            if circles(exchange):
                plans.append((0, replace(plan, slash=not plan.slash)))
            if plan.level < ALL and any(slot.path[0] == "body" and not slot.required for slot in slots):
                plans.append((0.9, replace(plan, level=plan.level + 1)))
            plans += self._other_things(operation, plan, slots, feedback, path=True)
            plans += [(1.5 + each, then) for each, then in self._identities(plan)]
            plans += [(2 + far, each) for far, each in self._before(operation, plan, draft, feedback)]
        elif 400 <= status < 500:
            plans += self._corrected(operation, plan, draft, slots, feedback, status)
        else:
            plans += [(1, replace(plan, level=plan.level + 1))] if plan.level < ALL else []
            plans += self._other_things(operation, plan, slots, feedback, path=True)
            plans += [(1.5 + each, then) for each, then in self._identities(plan)]
        return [(rank + _DEPTH + far, each) for far, each in plans]

    def _of_oneself(self, operation: Operation, plan: Plan, exchange: Exchange) -> Ranked:
        """A path that has a user's name in it, gone by that user."""
        identity = self._workshop.knowledge.caller(plan.actor) if plan.actor else None
        name, place = login_name(identity) if identity else None, user_in_path(operation)
        if name is not None and place is not None and ("path", place) not in dict(plan.values):
            return [(0.03, plan.give(("path", place), name))]
        login = login_in_path(operation)
        if plan.own or not (login or (place and not (identity and identity.headers))):
            return []
        shown = replace(plan, own="Digest" if "Digest" in challenges(exchange) else "Basic")
        for each in login or ():
            # Names that others gave are no better here, and may not be such as stand in a path without an escape.
            shown = shown.choose(("path", each), MADE_UP)
        return [(0.02 if login else 0.6, shown)]

    def _looks(self, operation: Operation, plan: Plan, status: int, feedback: Feedback) -> Ranked:
        """Pages that may give the entity tag or the CSRF token which the refusal asks for."""
        if status in (412, 428) or re.search(r"\bif-match\b|\betag\b|precondition", feedback.text):
            return [(0.05 + 0.2 * n, replace(plan, look=("etag", path))) for n, path in enumerate((".", ".."))]
        form = self._workshop.knowledge.pages.get(operation.name)
        if form is not None and status in (400, 403, 419) and plan.look is None and not feedback.csrf:
            return [(0.15, replace(plan, look=("csrf", form)))]
        if not feedback.csrf:
            return []
        pages = [
            lesson.way.steps[-1].path
            for lesson in self._workshop.knowledge.lessons.values()
            if lesson.operation.is_safe and re.search("[cx]srf", lesson.response.body, re.I)
        ]
        known = [self._workshop.knowledge.page[1]] if self._workshop.knowledge.page else []
        paths = dict.fromkeys((*known, ".", *(path for path in pages if "${" not in path), "..", "/"))
        return [(0.05 + 0.1 * n, replace(plan, look=("csrf", path))) for n, path in enumerate(list(paths)[:5])]

    def without(self, operation: Operation, plan: Plan, rank: float) -> Ranked:
        """Other sources for each input, where the set-up that the plan needs cannot be played."""
        chosen = dict(plan.choices)
        plans: Ranked = []
        for path, sources in self._workshop.sources(operation).items():
            number = chosen.get(path, 0)
            if 0 <= number < len(sources) - 1:
                plans.append((rank + _DEPTH, plan.choose(path, number + 1)))
        return plans

    def _corrected(
        self, operation: Operation, plan: Plan, draft: Draft, slots: list[Slot], feedback: Feedback, status: int
    ) -> Ranked:
        plans: Ranked = []
        corrected = plan.patch(feedback.patches)
        if corrected != plan:
            plans.append((0, corrected))
        wrong = {path: None for path in feedback.mentioned if path not in feedback.patches and path in draft.given}
        needless = {slot.path: None for slot in slots if not slot.required and slot.path in wrong}
        if needless:
            plans.append((1.1, plan.patch(needless)))
        if status == 406:
            types = re.findall(r"\b(?:application|image|text|audio|video)/[a-z0-9.+-]+", feedback.text)
            accepted = [*dict.fromkeys(types), "*/*"][:3]
            plans += [(0.1 * n, plan.give(("header", "Accept"), kind)) for n, kind in enumerate(accepted)]
        if status == 415 or re.search(r"content.?type|media type|expected json|form data", feedback.text):
            kinds = ("application/json", FORM, MULTIPART)
            plans += [(0.5 + n, replace(plan, content_type=kind)) for n, kind in enumerate(kinds)]
        plans += raw_bodies(operation, plan, feedback, status, self._workshop.hints.media_types)
        if feedback.taken and plan.fresh < 4 and "unique" in placeholders(draft.step):
            plans.append((0.6, replace(plan, fresh=plan.fresh + 1)))
        plans += self._other_things(operation, plan, slots, feedback, path=False)
        plans += self._other_owners(operation, plan, slots, feedback, status)
        stateful = feedback.state or status in (402, 409, 412, 423, 428)
        distance = 0.8 if stateful and not feedback.patches else 2.2
        plans += [(distance + far, each) for far, each in self._before(operation, plan, draft, feedback)]
        if stateful and plan.much < 10_000:
            plans.append((0.5 if plan.before else 1.3, replace(plan, much=plan.much * 100 if plan.before else 10)))
        if feedback.decrease and not feedback.patches:
            plans += [(0.4, plan.give(path, 1)) for path in _amounts(draft.step)]
        if plan.level < ALL:
            plans.append((1.2 if not feedback.patches else 2, replace(plan, level=plan.level + 1)))
        if is_identity(operation):
            plans += login_names(self._workshop, operation, slots, plan)
        plans += other_values(self._workshop, operation, plan, slots, feedback)
        plans += other_types(plan, draft, slots, feedback)
        plans += [(2.5 + far, each) for far, each in self._identities(plan)]
        return plans

    def _identities(self, plan: Plan) -> Ranked:
        """Other callers: A if nobody was refused, then the administrator, then B."""
        known = self._workshop.knowledge.identities
        order = [actor for actor in ("A", "admin") if actor in known and actor != plan.actor]
        plain = replace(plan, grant=None, afresh=False)
        return [(0.1 + 0.5 * place, replace(plain, actor=actor)) for place, actor in enumerate(order)]

    def _grants(self, plan: Plan, feedback: Feedback) -> Ranked:
        """Roles that the caller does not have, given by others; known to the service at once or at the next login."""
        knowledge = self._workshop.knowledge
        if plan.actor not in knowledge.identities or plan.actor == "admin":
            return []
        if plan.grant is not None:
            return [] if plan.afresh else [(0.05, replace(plan, afresh=True))]
        found = grants_for(feedback.text, plan.actor, knowledge, self._workshop.hints)
        return [(0.2 + 0.1 * n, replace(plan, grant=grant)) for n, grant in enumerate(found)]

    def _other_things(
        self, operation: Operation, plan: Plan, slots: list[Slot], feedback: Feedback, *, path: bool
    ) -> Ranked:
        """Other sources for inputs that name things."""
        plans: Ranked = []
        chosen = dict(plan.choices)
        sources = self._workshop.sources(operation)
        for slot in slots:
            mentioned = slot.path in feedback.mentioned
            refers = self._workshop.refers(slot, operation)
            # A code or number may be made up for a new thing, or have to be that of one that exists.
            coded = slot.path[0] == "body" and words(slot.name)[-1:] and words(slot.name)[-1] in REFERENCE_ENDS
            if not (mentioned or coded or (refers and (path or slot.path[0] != "path"))):
                continue
            count = len(sources[slot.path])
            bound = refers and self._workshop.is_bound(slot, operation, plan)
            number = chosen.get(slot.path, 0 if bound else MADE_UP)
            if number + 1 < count:
                plans.append((0.7 if mentioned else 1.2, plan.choose(slot.path, number + 1)))
            if count == 0 and slot.path not in dict(plan.values):
                known = self._workshop.hints.existing(slot.name, slot.noun)
                plans += [(0.9 + 0.2 * n, plan.give(slot.path, escape(value))) for n, value in enumerate(known[:4])]
            if number != MADE_UP and slot.path[0] == "path" and number + 1 >= count:
                plans.append((2, plan.choose(slot.path, MADE_UP)))
        return plans

    def _other_owners(
        self, operation: Operation, plan: Plan, slots: list[Slot], feedback: Feedback, status: int
    ) -> Ranked:
        """What belongs to another user, where the caller's own is in the way: nobody invites or pays himself."""
        plans = self._as_guest(operation, plan, slots) if _OWNERS_NOT.search(feedback.text) else []
        if status != 409 and not feedback.taken and not _ONESELF.search(feedback.text):
            return plans
        chosen = dict(plan.choices)
        sources = self._workshop.sources(operation)
        for slot in slots:
            number = chosen.get(slot.path, 0 if self._workshop.refers(slot, operation) else MADE_UP)
            found = sources[slot.path]
            # Whose thing the path names is in the way only where the refusal says so.
            asked = slot.path[0] == "body" or (slot.path[0] == "path" and _ONESELF.search(feedback.text) is not None)
            if not asked or slot.path in plan.others or not 0 <= number < len(found):
                continue
            if self._workshop.knowledge.of_another(found[number]) is not None:
                plans.append((0.65, replace(plan, others=(*plan.others, slot.path))))
        return plans

    def _as_guest(self, operation: Operation, plan: Plan, slots: list[Slot]) -> Ranked:
        """At another user's thing, to which the caller comes first by what was reached with things of others."""
        sources = self._workshop.sources(operation)
        another = self._workshop.knowledge.of_another
        theirs = [
            slot.path
            for slot in slots
            if slot.path[0] == "path" and slot.path not in plan.others and sources[slot.path][:1]
            if another(sources[slot.path][0]) is not None
        ]
        ways = [
            name
            for name, lesson in self._workshop.knowledge.lessons.items()
            if not lesson.operation.is_safe and lesson.way.actor == "A" and "B" in actors_of(lesson.way.steps)
        ]
        return [
            (0.3 + 0.1 * n, replace(plan, others=tuple(theirs)).then(each)) for n, each in enumerate(ways) if theirs
        ]

    def _before(self, operation: Operation, plan: Plan, draft: Draft, feedback: Feedback) -> Ranked:
        """Operations that may bring the objects into the state that this one needs, the likeliest first."""
        if len(plan.before) >= _MOST_BEFORE:
            return []
        done = {*plan.before, *(step.operation for step in draft.setup)}
        said = {stem(word) for word in re.findall(r"[a-z]+", feedback.text)}
        own = {stem(word) for word in path_words(operation.path)}
        plans: list[tuple[float, str]] = []
        for name, lesson in self._workshop.knowledge.lessons.items():
            other = lesson.operation
            takes_away = other.method == "DELETE" and not _DELETED.search(feedback.text)
            if other.is_safe or takes_away or name == operation.name or name in done:
                continue
            if is_identity(other) and not (is_identity(operation) and sign_up_score(other) > 0):
                continue
            about = {stem(word) for word in path_words(other.path)}
            last = {stem(word) for word in words(other.path.rstrip("/").rsplit("/", 1)[-1].strip("{}"))}
            points = 0.0
            points += 2.0 * len(said & last) + 0.5 * len(said & about)
            points += 2.0 if feedback.increase and (about | last) & _INCREASING else 0
            points += 2.0 if collection(other.path) == collection(operation.path) and "{" in other.path else 0
            points += 1.0 if own & about else 0
            points += 0.5 if "{" in other.path else 0
            points += 3.0 if is_identity(operation) else 0
            if points > 0:
                plans.append((-points, name))
        if not plans and feedback.state:
            # Nothing speaks of the same: it may lack a thing that anybody must make first.
            makers = [each for each in self._workshop.knowledge.lessons.values() if each.operation.method == "POST"]
            names = [each.operation.name for each in makers if not is_identity(each.operation)]
            plans = [(0.0, name) for name in names if name != operation.name and name not in done]
        best = sorted(plans)[:6]
        return [(0.25 * place, plan.then(name)) for place, (_, name) in enumerate(best)]
