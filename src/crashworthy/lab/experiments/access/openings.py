"""Operations that open what a user made to whoever shows a secret that the service has given for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Scenario, Step, ValueFrom
from crashworthy.lab.experiments.access.callers import (
    NOBODY,
    by_nobody,
    credentials,
    is_identified,
    proves_identity,
)
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.template import map_texts, placeholders
from crashworthy.lab.traffic.ways import as_actor, is_personal, merge

GUESSED = "guessed"
"""The name under which the attack's secret is filled in."""

SECRETS = "secrets"
"""Setting: the names of A's secret and of B's."""

_MOST_READS = 6
_SECRET = word_set("token secret otp pin passcode nonce signature sig")
# What is only called a code, a key or an id is a secret where its name says that it lets somebody in.
_LETS_IN = word_set(
    "share shared sharing access download reset private guest claim invite invitation verification confirmation "
    "unlock retrieval pickup"
)
_MADE_TO_LET_IN = word_set("share invite invitation")
_FOR_ALL = word_set("public publish published publication gallery catalogue catalog")


@dataclass(frozen=True)
class Opening:
    """A way of A's whose last step anybody may make who has the secret `save` of `maker`'s answer."""

    way: Way
    save: Save
    maker: Step


def openings(lab: Lab) -> Iterator[Opening]:
    """One per operation, as far as they were reached."""
    for operation in lab.operations:
        way = lab.playbook.way(operation.name, "A")
        found = _opening(way) if way is not None else None
        if found is not None:
            yield found


def scenario(found: Opening, lab: Lab) -> Scenario:
    """A makes the thing and gets its secret, then B one of its own; nobody opens with a guess. `observe` are A's reads.

    Nothing in the attack is A's: it is B's request, with another secret.
    """
    joined = merge((found.way, as_actor(found.way, "B")))
    own, other = joined.last
    mine, theirs = (_secret_of(step, found, joined.setup) for step in (own, other))
    read = pick_readback(lab.operations, lab.playbook, joined.setup, (own,))
    reads = [
        step.model_copy(update={"saves": ()})
        for step in read.observe
        if step.actor == "A" and step.method == "GET" and mine not in placeholders(step)
    ][:_MOST_READS]
    return Scenario(
        setup=read.setup,
        attack=(_opened(other, theirs, GUESSED),),
        observe=tuple(reads),
        settings={SECRETS: [mine, theirs]},
    )


def opened_with(plan: Scenario, name: str) -> Step:
    """Nobody opens with the saved value of that name."""
    return map_texts(plan.attack[0], lambda text: text.replace(f"${{{GUESSED}}}", f"${{{name}}}"))


def refused_makers(plan: Scenario) -> tuple[Step, ...]:
    """Nobody makes what A makes after the login."""
    made = [step for step in plan.setup if step.actor == "A" and step.method != "GET" and not proves_identity(step)]
    return tuple(by_nobody(step) for step in made)


def secrets_of(plan: Scenario) -> tuple[str, str]:
    """The names of A's secret and of B's."""
    names = plan.settings.get(SECRETS)
    mine, theirs = names if isinstance(names, list) and len(names) == 2 else ("", "")
    return str(mine), str(theirs)


def _opening(way: Way) -> Opening | None:
    *before, last = way.steps
    if any(step.actor != "A" or _is_for_all(step) for step in way.steps) or not is_personal(before):
        return None
    accounts = any(credentials(step) for step in before) or is_identified(way.steps, "A")
    shown = _without_identity(last, before)
    if not accounts or _asks_for_more(shown):
        return None
    needed = placeholders(shown) - {"unique"}
    for maker in reversed(before):
        for save in maker.saves:
            in_answer = save.name in needed and save.where is ValueFrom.BODY and maker.method != "GET"
            if in_answer and not proves_identity(maker) and _is_secret(save, maker, shown):
                return Opening(way.model_copy(update={"steps": (*before, shown)}), save, maker)
    return None


def _without_identity(last: Step, before: list[Step]) -> Step:
    """The step by nobody: without the headers by which A is known elsewhere, but with those of its own."""
    known = {name.lower() for step in before for name, _ in credentials(step)} | {"authorization", "cookie"}
    kept = tuple(pair for pair in last.headers if pair[0].lower() not in known)
    return last.model_copy(update={"headers": kept, "saves": ()})


def _asks_for_more(step: Step) -> bool:
    """Whether the step shows something else that only its maker may know."""
    fields = step.body if isinstance(step.body, dict) else {}
    given = [(key, value) for key, value in (*step.query, *fields.items()) if "${" not in str(value)]
    return any({*words(key)} & (_SECRET | {"password", "key", "code"}) for key, _ in given)


def _is_for_all(step: Step) -> bool:
    """Whether the step says that something is there for everybody."""
    fields = step.body.items() if isinstance(step.body, dict) else ()
    given = [text for key, value in fields if value not in (False, None, "", "false") for text in (key, str(value))]
    said = {*path_words(step.operation.partition(" ")[2]), *(word for text in given for word in words(text))}
    return bool(said & _FOR_ALL)


def _is_secret(save: Save, maker: Step, last: Step) -> bool:
    names = [save.path.rsplit("/", 1)[-1], *_names_in(last, save.name)]
    said = {word for name in names for word in words(name)}
    made = {*words(maker.operation.rpartition("/")[2])}
    return bool(said & (_SECRET | _LETS_IN) or made & _MADE_TO_LET_IN)


def _names_in(step: Step, name: str) -> Iterator[str]:
    """What the step calls the value: its parameter in the path, in the query, in the body or in a header."""
    placeholder = f"${{{name}}}"
    template = step.operation.partition(" ")[2].split("/")
    for segment, filled in zip(template, step.path.split("/"), strict=False):
        if placeholder in filled:
            yield segment
    body = step.body if isinstance(step.body, dict) else {}
    for key, value in (*step.query, *step.headers, *body.items()):
        if isinstance(value, str) and placeholder in value:
            yield key


def _secret_of(step: Step, found: Opening, setup: tuple[Step, ...]) -> str:
    """The name that the secret has in the joined set-up."""
    needed, place = placeholders(step), (found.save.path, found.save.pattern)
    saves = [save for made in setup if made.operation == found.maker.operation for save in made.saves]
    return next((save.name for save in saves if save.name in needed and (save.path, save.pattern) == place), "")


def _opened(step: Step, secret: str, name: str) -> Step:
    changed = map_texts(step, lambda text: text.replace(f"${{{secret}}}", f"${{{name}}}"))
    return changed.model_copy(update={"actor": NOBODY, "saves": ()})
