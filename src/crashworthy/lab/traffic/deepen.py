"""Going further than the shortest way: optional inputs, other values, and rare branches of the source.

A branch that does work and was never entered is a question: which request leads there? The words of its condition
say which inputs, of the operation itself or of one that runs before on the same things, are likely to matter. What
enters a new branch is kept, and what it makes is looked for in the reads: some things come about in no other way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Variant, Way
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import is_identity
from crashworthy.lab.traffic.attempt import Draft, Workshop
from crashworthy.lab.traffic.branches import Branch, Vocabulary
from crashworthy.lab.traffic.coverage import Coverage, Lines
from crashworthy.lab.traffic.explore import Explorer
from crashworthy.lab.traffic.facts import Fact, Slot, facts_of, slots_of
from crashworthy.lab.traffic.feedback import read_feedback
from crashworthy.lab.traffic.knowledge import Lesson
from crashworthy.lab.traffic.plan import Path, Plan
from crashworthy.lab.traffic.search import segments
from crashworthy.lab.traffic.session import Session, SetupFailedError, succeeded
from crashworthy.lab.traffic.variations import variations
from crashworthy.lab.traffic.ways import Setup, bind

_PER_BRANCH = 14
# Requests per operation: for branches that unreached operations wait for, and for the rest.
_WAITED_FOR = 12
_FURTHER = 5
_CORRECTIONS = 2
_VALUES = 4
_BEFORE = 4
_READS = 8


@dataclass(frozen=True)
class _Try:
    """An attempt that was made: `news` are lines that nothing executed before, `sent` what earlier answers gave."""

    draft: Draft
    exchange: Exchange
    news: Lines
    sent: list[Json]

    @property
    def worked(self) -> bool:
        return succeeded(self.exchange)


@dataclass
class Deepener:
    """Works on the explorer's live copy and adds to its knowledge and to `variants`.

    `fields_of` names the operations whose optional inputs are tried.
    """

    explorer: Explorer
    workshop: Workshop
    coverage: Coverage
    branches: tuple[Branch, ...]
    vocabulary: Vocabulary
    deadline: float
    fields_of: frozenset[str]
    variants: list[Variant] = field(default_factory=list)
    _most: int = 0
    _tried: set[tuple[object, ...]] = field(default_factory=set)

    def deepen(self) -> None:
        """Give optional inputs, then look for the branches, those that unreached operations wait for first."""
        lessons = [self._lessons()[name] for name in sorted(self.fields_of & self._lessons().keys())]
        count = len(self.fields_of)
        self._most = self.explorer.sessions.requests + _WAITED_FOR * count
        wanted = self._wanted()
        missing = [(self._worth(branch, wanted), branch) for branch in self.branches]
        waiting = [branch for worth, branch in sorted(missing, key=lambda item: -item[0]) if worth > 0]
        for branch in waiting:
            self._enter(branch)
        self._most = self.explorer.sessions.requests + _FURTHER * count
        for lesson in lessons:
            if not is_identity(lesson.operation):
                self._enrich(lesson)
        for branch in self.branches:
            if branch not in waiting:
                self._enter(branch)

    def _lessons(self) -> dict[str, Lesson]:
        return self.explorer.knowledge.lessons

    def _goes_on(self) -> bool:
        return (
            self.explorer.sessions.requests < self._most
            and time.monotonic() < self.deadline
            and self.explorer.sessions.live.alive()
        )

    def _wanted(self) -> frozenset[str]:
        """Unreached operations that lack a thing which no reached one gives."""
        return frozenset(
            name for name, trail in self.explorer.trails.items() if trail.unmet and name not in self._lessons()
        )

    def _worth(self, branch: Branch, wanted: frozenset[str]) -> float:
        """How much a branch has to do with what unreached operations lack."""
        worth = 0.0
        for name in wanted:
            nouns = {word for slot in self.explorer.trails[name].unmet for word in slot.noun}
            said = {part for word in branch.body for part in word.lower().split("_")}
            plural = {word.removesuffix("s") for word in said}
            worth += self.vocabulary.shared(name, branch.body) + (5 if nouns & (said | plural) else 0)
        return worth

    # --- optional inputs

    def _enrich(self, lesson: Lesson) -> None:
        """Give all optional inputs at once; without those that a refusal names, a few times."""
        plan = self.explorer.trails[lesson.operation.name].plan
        given = set(_given(lesson.way))
        optional = [slot for slot in slots_of(lesson.operation) if not slot.required and slot.path not in given]
        optional = [slot for slot in optional if slot.path[0] in ("body", "query")][:12]
        if plan is None or not optional:
            return
        rich = plan
        for slot in optional:
            rich = rich.patch({slot.path: {}})
        references = [slot for slot in optional if self.workshop.refers(slot, lesson.operation)]
        singles = [plan.patch({slot.path: {}}) for slot in references[:3]] if len(optional) > 1 else []
        for each in (rich, *singles):
            if self._persist(lesson.operation, each):
                return

    def _persist(self, operation: Operation, plan: Plan) -> bool:
        """Try a plan, corrected by what refusals say; whether it worked in the end."""
        slots = slots_of(operation)
        for _ in range(1 + _CORRECTIONS):
            tried = self._try(operation, plan)
            if tried is None:
                return False
            if tried.worked:
                self._keep(operation, tried)
                return True
            feedback = read_feedback(tried.exchange, slots, tried.draft.given, has_body=not operation.is_safe)
            optional = {slot.path for slot in slots if not slot.required}
            wrong = {path: None for path in feedback.mentioned if path in optional}
            corrected = plan.patch({**wrong, **feedback.patches})
            if corrected == plan:
                return False
            plan = corrected
        return False

    # --- rare branches

    def _enter(self, branch: Branch) -> None:
        if branch.is_covered(self.coverage.covered):
            return
        lessons = [self._lessons()[name] for name in branch.operations if name in self._lessons()]
        lessons = [lesson for lesson in lessons if not is_identity(lesson.operation)]
        for lesson in sorted(lessons, key=lambda lesson: len(lesson.way.steps))[:2]:
            plan = self.explorer.trails[lesson.operation.name].plan
            if plan is None:
                continue
            for number, candidate in enumerate(self._candidates(lesson, plan, branch)):
                if number >= _PER_BRANCH or not self._goes_on():
                    break
                tried = self._try(lesson.operation, candidate)
                if tried is not None and tried.worked and tried.news:
                    self._keep(lesson.operation, tried)
                if branch.is_covered(self.coverage.covered):
                    return

    def _candidates(self, lesson: Lesson, plan: Plan, branch: Branch) -> Iterator[Plan]:
        """Plans that may lead into the branch, the likeliest first."""
        own = self._varied(lesson, branch)
        for slot, value in own:
            if slot.name in branch.guard:
                yield plan.give(slot.path, value)
        for slot in slots_of(lesson.operation):
            if slot.name in branch.guard and not slot.required and slot.path not in _given(lesson.way):
                yield plan.patch({slot.path: {}})
        ran = {step.operation for step in lesson.way.steps}
        for other in self._others(lesson, branch):
            name = other.operation.name
            base = plan if name in ran else plan.then(name)
            varied = self._varied(other, branch)
            varied.sort(key=lambda item: item[0].name not in branch.guard)
            if base is not plan:
                yield base
            for slot, value in varied:
                yield base.vary(name, slot.path, value)
        for slot, value in own:
            if slot.name not in branch.guard:
                yield plan.give(slot.path, value)
        if not lesson.operation.is_safe:
            yield plan.then(lesson.operation.name)

    def _others(self, lesson: Lesson, branch: Branch) -> list[Lesson]:
        """Operations that change what the condition speaks of."""
        found = [
            (self.vocabulary.shared(name, branch.guard), other)
            for name, other in self._lessons().items()
            if not other.operation.is_safe
            and other.operation.method != "DELETE"
            and name != lesson.operation.name
            and not is_identity(other.operation)
        ]
        ranked = sorted(found, key=lambda item: -item[0])
        return [other for points, other in ranked[:_BEFORE] if points > 0]

    def _varied(self, lesson: Lesson, branch: Branch) -> list[tuple[Slot, Json]]:
        """Inputs of an operation with other values than its way gives; a few values each."""
        given = _given(lesson.way)
        found: list[tuple[Slot, Json]] = []
        for slot in slots_of(lesson.operation):
            if slot.path[0] not in ("body", "query") or self.workshop.refers(slot, lesson.operation):
                continue
            literals = self.workshop.hints.values.get(slot.name, ())
            count = _VALUES + 2 if slot.name in branch.guard else _VALUES
            found += [(slot, v) for v in variations(slot.data_schema, given.get(slot.path), literals)[:count]]
        return found

    # --- attempts

    def _try(self, operation: Operation, plan: Plan) -> _Try | None:
        """Play a plan once; None where its set-up fails, it was tried before, or no requests are left."""
        signature = self.workshop.signature(operation, plan)
        if signature in self._tried or not self._goes_on():
            return None
        self._tried.add(signature)
        return self._play(operation, plan, self.explorer.sessions.open())

    def _play(self, operation: Operation, plan: Plan, session: Session) -> _Try | None:
        copy = self.explorer.sessions.live.copy
        try:
            draft = self.workshop.draft(operation, plan, session)
            self.coverage.note(copy)
            known = frozenset(self.coverage.covered)
            exchange = session.attempt(draft.live)
            news = self.coverage.of(copy, exchange.id) - known
            return _Try(draft, exchange, news, [*session.values_in(draft.live), *segments(draft.step.path)])
        except SetupFailedError:
            return None
        finally:
            self.explorer.sessions.close(session)

    def _keep(self, operation: Operation, tried: _Try) -> None:
        assert tried.exchange.response is not None
        draft = tried.draft
        way = Way(
            operation=operation.name,
            actor=draft.step.actor,
            status=tried.exchange.response.status,
            steps=(*draft.setup, draft.step),
        )
        lesson = self._lessons()[operation.name]
        more = [path for path in _given(way) if path not in _given(lesson.way)]
        entered = [f"{branch.file}:{branch.first}" for branch in self.branches if branch.is_covered(set(tried.news))]
        if not entered and (not more or operation.is_safe):
            return
        inputs = tuple(".".join(path) for path in more)
        self.variants.append(Variant(way=way, inputs=inputs, branches=tuple(entered)))
        known = {(fact.field, fact.nouns) for fact in self.explorer.knowledge.facts}
        facts = facts_of(way, operation, tried.exchange.response, tried.sent)
        news = [fact for fact in facts if fact.save is not None and (fact.field, fact.nouns) not in known]
        if entered and self._wanted() and not operation.is_safe:
            news += self._look(way)
        if news:
            self.explorer.knowledge.add(news)
            self.explorer.hope()

    def _look(self, way: Way) -> list[Fact]:
        """What reads show after the way that they did not show before."""
        session = self.explorer.sessions.open()
        found: list[Fact] = []
        try:
            session.include(way.steps)
            reads = [lesson for lesson in self._lessons().values() if lesson.operation.is_safe]
            for lesson in sorted(reads, key=lambda lesson: len(lesson.way.steps))[:_READS]:
                names = session.include(lesson.way.steps[:-1])
                exchange = session.attempt(bind(lesson.way.steps[-1], names))
                if exchange.response is None or not succeeded(exchange):
                    continue
                setup = Setup()
                setup.add(way.steps)
                last = setup.bind_last(lesson.way.steps[-1], setup.add(lesson.way.steps[:-1]))
                longer = lesson.way.model_copy(update={"steps": (*setup.steps, last)})
                before = {fact.save.path for fact in self.explorer.knowledge.facts if _from(fact, lesson) and fact.save}
                facts = facts_of(longer, lesson.operation, exchange.response)
                found += [fact for fact in facts if fact.save is not None and fact.save.path not in before]
        except SetupFailedError:
            pass
        self.explorer.sessions.close(session)
        return found


def _from(fact: Fact, lesson: Lesson) -> bool:
    return fact.operation.name == lesson.operation.name


def _given(way: Way) -> dict[Path, Json]:
    """The inputs that the last step of a way gives in its query and body, by their paths; lists add none."""
    step = way.steps[-1]
    found: dict[Path, Json] = {("query", name): value for name, value in step.query}
    stack: list[tuple[Path, Json]] = [(("body",), step.body)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*path, name), below) for name, below in value.items()]
        elif isinstance(value, list) and value:
            stack.append((path, value[0]))
        if len(path) > 1:
            found[path] = value
    return found
