"""What one play shows of an object's owner: does the service itself keep it apart for A? Pure functions of a trial."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from crashworthy.core.history import Exchange, Trial
from crashworthy.core.scenario import Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import NOBODY
from crashworthy.lab.experiments.access.crossing import AGAIN, BEFORE, CLOSING, maker_of, objects_of
from crashworthy.lab.experiments.access.views import Target, body, items, stable
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.template import placeholders, saved_values

REFUSALS = frozenset({401, 403, 404})

# Things that their makers put there for others, also where each maker has a list of the own ones.
_SHARED = word_set(
    "ad album answer app article auction badge board book bookmark bounty branch campaign card category challenge "
    "channel city club comment community company competition contest course deck doc document episode event "
    "exercise feed film form game gist group guide image item job journal league lesson link listing lobby "
    "location match meetup meme movie offer organisation organization pad page paste petition photo picture place "
    "player playlist podcast poll post product profile project publication question quiz quote rating recipe repo "
    "repository restaurant review room route server shop show skill slot slug snippet song space station store "
    "story stream survey tag team template theme thread tool topic tour tournament trip url venue video wiki "
    "workout workspace"
)
# What people of one house do for each other; whose turn it is, a list of one's own tells.
_WORK = word_set("task ticket issue incident bug request shift ride")
_OWN = word_set("my mine me own self assigned")
# Things that belong to one person, and resources whose fields are about a person.
PERSONS = word_set(
    "account applicant appointment booking candidate client contact customer employee guest invoice member "
    "order passenger patient payment person profile registration reservation student subscriber subscription user"
)
_PEOPLE = word_set(
    "user member customer client person people profile author owner employee staff patient student friend follower "
    "recipient receiver sender by creator seller buyer assignee"
)
PERSONAL = word_set(
    "email mail phone telephone mobile address street birth birthday birthdate dob iban ssn passport salary "
    "diagnosis medical card"
)
_SHORTEST_MARK = 5


@dataclass(frozen=True)
class Ownership:
    """A trial of `crossing.play`, asked about A's object."""

    trial: Trial

    @cached_property
    def variables(self) -> dict[str, Json]:
        """The values that the setup saved."""
        known: dict[str, Json] = {}
        for step, exchange in zip(self.trial.scenario.setup, of_part(self.trial, "setup"), strict=False):
            known.update(saved_values(step, exchange.response))
        return known

    @cached_property
    def maker(self) -> Step | None:
        """The step by which A made the object; None for the account itself.

        An object may tell its maker's id ("created_by"), which then leads to the account and not to the object.
        """
        maker = maker_of(self.trial.scenario.setup, objects_of(self.trial.scenario))
        if maker is None:
            return None
        made = {word for part in maker.operation.split("/") for word in words(part)}
        return None if any(noun in _PEOPLE and noun not in made for noun in self._nouns()) else maker

    def _nouns(self) -> Iterator[str]:
        """The words for what the request under test takes the object as: before it in the path, or beside it."""
        names = [f"${{{name}}}" for name in objects_of(self.trial.scenario)]
        for step in self.trial.scenario.attack:
            template = step.operation.partition(" ")[2].split("/")
            for before, part in zip(template, step.path.split("/")[1:], strict=False):
                if any(name in part for name in names):
                    yield from words(before)[-1:]
            fields = step.body.items() if isinstance(step.body, dict) else ()
            for key, value in (*step.query, *fields):
                if isinstance(value, str) and any(name in value for name in names):
                    yield from (word for word in words(key) if word != "id")

    @cached_property
    def target(self) -> Target | None:
        """A's object."""
        setup, names = self.trial.scenario.setup, objects_of(self.trial.scenario)
        made = next(
            (
                (save, exchange)
                for step, exchange in reversed(list(zip(setup, of_part(self.trial, "setup"), strict=False)))
                for save in step.saves
                if save.name in names and save.name in self.variables
            ),
            None,
        )
        if made is None:
            return None
        save, exchange = made
        value = self.variables[save.name]
        key = save.path.rsplit("/", 1)[-1] if save.where is ValueFrom.BODY else "id"
        keys = frozenset({key, "id", *(["uuid"] if not str(value).isdigit() else [])})
        shape = next((frozenset(i) for i in items(body(exchange)) if any(i.get(k) == value for k in keys)), frozenset())
        return Target(value, keys, shape if len(shape) > 2 else frozenset(), self._marks())

    def _marks(self) -> frozenset[str]:
        """Texts with A's digits in the request that made the object, as they were sent, and not in A's account."""
        maker = self.maker
        if maker is None:
            return frozenset()
        played = list(zip(self.trial.scenario.setup, of_part(self.trial, "setup"), strict=False))
        sent = {text for step, exchange in played if step is maker for _, text in sent_fields(step, exchange)}
        others = {text for step, exchange in played if step is not maker for _, text in sent_fields(step, exchange)}
        return frozenset(sent - others)

    def reads(self, part: str, actor: str) -> list[tuple[Step, Exchange]]:
        """The safe requests of a part by one actor, with their steps."""
        steps = [step for step in self.trial.scenario.observe if step.method == "GET"]
        if part != BEFORE:
            steps = [step for step in steps if step.actor == "A"]
        played = zip(steps, of_part(self.trial, part), strict=False)
        return [(step, exchange) for step, exchange in played if step.actor == actor]

    @cached_property
    def triples(self) -> list[tuple[Step, dict[str, Exchange]]]:
        """A's reads, each with the answers to A, to B and to nobody."""
        by_path: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Step, dict[str, Exchange]]] = {}
        for actor in ("A", "B", NOBODY):
            for step, exchange in self.reads(BEFORE, actor):
                key = (step.path, step.query)
                by_path.setdefault(key, (step, {}))[1][actor] = exchange
        return [(step, answers) for step, answers in by_path.values() if "A" in answers]

    def takes_object(self, step: Step) -> bool:
        """Whether the step names A's object."""
        return bool(placeholders(step.model_copy(update={"headers": ()})) & frozenset(objects_of(self.trial.scenario)))

    @cached_property
    def separating_list(self) -> str | None:
        """A read without the object's id that shows it to A, is answered to B, and does not show it to B."""
        for step, answers in self.triples:
            if self.target is None or self.takes_object(step) or "B" not in answers:
                continue
            if self.target.found_in(answers["A"]) is not None and answers["B"].ok:
                return None if self.target.shown_in(answers["B"]) else step.operation
        return None

    @cached_property
    def shown_elsewhere(self) -> str | None:
        """A read without the object's id that shows the object to B or to nobody: it is there for others."""
        for step, answers in self.triples:
            if self.target is None or self.takes_object(step):
                continue
            for actor in ("B", NOBODY):
                if actor in answers and self.target.shown_in(answers[actor]):
                    return step.operation
        return None

    def refused_read(self, actor: str) -> tuple[str, int] | None:
        """A read of the object by its id that A gets and the service refuses that actor: operation and status."""
        for step, answers in self.triples:
            if not self.takes_object(step) or not answers["A"].ok or actor not in answers:
                continue
            response = answers[actor].response
            if response is not None and response.status in REFUSALS:
                return step.operation, response.status
        return None

    def open_read(self, actor: str) -> str | None:
        """A read of the object by its id that shows it to that actor."""
        for step, answers in self.triples:
            if self.target and self.takes_object(step) and actor in answers and self.target.shown_in(answers[actor]):
                return step.operation
        return None

    @cached_property
    def hidden_from_b(self) -> tuple[str, int] | None:
        """Another operation on the object to which B was answered 404: to B, the service says, it is not there."""
        for exchange in of_part(self.trial, CLOSING):
            if exchange.actor == "B" and exchange.response is not None and exchange.response.status == 404:
                return exchange.operation, 404
        return None

    @cached_property
    def making_needs_identity(self) -> bool:
        """Whether nobody was refused to make such an object."""
        closing = [e for e in of_part(self.trial, CLOSING) if e.actor == NOBODY]
        return any(e.response is not None and e.response.status in (401, 403) for e in closing)

    @cached_property
    def is_shared_by_nature(self) -> bool:
        """Whether the word for the object says that it is made for others."""
        path = (self.maker.operation if self.maker else "").partition(" ")[2]
        fixed = [part for part in path.split("/") if part and "{" not in part]
        return any(frozenset(words(part)[-1:]) & _SHARED for part in fixed[-2:])

    @cached_property
    def is_common_work(self) -> bool:
        """Whether colleagues may work on such things, and all that keeps others' away is a list called one's own."""
        path = (self.maker.operation if self.maker else "").partition(" ")[2]
        fixed = [part for part in path.split("/") if part and "{" not in part]
        own = {*path_words((self.separating_list or "").partition(" ")[2])} & _OWN
        return bool(own) and any(frozenset(words(part)[-1:]) & _WORK for part in fixed[-1:])

    def effect(self) -> tuple[str, Json, Json] | None:
        """Where A's own reads of the object differ after the attack: operation, before and after (None when gone).

        What differed between two reads before the attack moves by itself and is left out.
        """
        if self.target is None:
            return None
        rows = zip(self.reads(BEFORE, "A"), self.reads(AGAIN, "A"), self.reads("observe", "A"), strict=False)
        for (step, first), (_, second), (_, last) in rows:
            before, again, after = (self.target.found_in(each) for each in (first, second, last))
            if before is None or again is None or stable(before) != stable(again):
                continue
            gone = last.ok or (last.response is not None and last.response.status in (404, 410))
            if after is None and gone:
                return step.operation, before, None
            if after is not None and stable(before) != stable(after):
                return step.operation, before, after
        return None

    def done_with_it(self, step: Step, exchange: Exchange) -> str | None:
        """The operation that A has just done with the object, where the answer to `step` shows that as it does to A.

        A's own reading of the same was another before.
        """
        done = [each.operation for each in of_part(self.trial, "attack") if each.actor == "A" and each.ok]
        if not done or not exchange.ok:
            return None
        rows = zip(self.reads(BEFORE, "A"), self.reads(AGAIN, "A"), self.reads("observe", "A"), strict=False)
        for (own, first), (_, second), (_, last) in rows:
            if (own.path, own.query) == (step.path, step.query) and first.ok and second.ok and last.ok:
                before, again, after, seen = (stable(body(each)) for each in (first, second, last, exchange))
                return done[-1] if before == again != after == seen else None
        return None

    def personal_in(self, exchange: Exchange) -> list[str]:
        """Names of personal fields whose values A sent and the answer shows."""
        if not exchange.ok or exchange.response is None:
            return []
        names: dict[str, None] = {}
        for step, made in zip(self.trial.scenario.setup, of_part(self.trial, "setup"), strict=False):
            for name, text in sent_fields(step, made) if step.actor == "A" else ():
                if {*words(name)} & PERSONAL and text in exchange.response.body:
                    names[name] = None
        return list(names)


def sent_fields(step: Step, exchange: Exchange) -> list[tuple[str, str]]:
    """Name and text, as it was sent, of each field of the body whose text differs per play and actor."""
    sent = exchange.request.body or ""
    try:
        value: Json = json.loads(sent)
    except (ValueError, RecursionError):
        value = dict(parse_qsl(sent))
    return list(_alongside(step.body, value, ""))


def _alongside(template: Json, sent: Json, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(template, str):
        if "${unique}" in template and isinstance(sent, str) and len(sent) >= _SHORTEST_MARK:
            yield name, sent
    elif isinstance(template, dict) and isinstance(sent, dict):
        for key, below in template.items():
            yield from _alongside(below, sent.get(key), key)
    elif isinstance(template, list) and isinstance(sent, list):
        for below, other in zip(template, sent, strict=False):
            yield from _alongside(below, other, name)
