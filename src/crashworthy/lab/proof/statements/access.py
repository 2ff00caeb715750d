"""Statements of proofs that somebody gets in, or gets more than was given."""

from __future__ import annotations

from collections.abc import Callable

from crashworthy.core.proof import Proof
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.access.forgeable_token import COOKIE, FORGED, HOW, TOKEN, UNSIGNED
from crashworthy.lab.experiments.access.forgeable_token import GUESSED as SIGNED
from crashworthy.lab.experiments.access.mass_assignment import FIELD, VALUE
from crashworthy.lab.experiments.access.openings import GUESSED, SECRETS
from crashworthy.lab.experiments.access.password_reset import DELIVERED
from crashworthy.lab.experiments.access.password_reset import GUESSED as COUNTED
from crashworthy.lab.proof.python_source import NotWritableError, saving, text
from crashworthy.lab.proof.statements.frame import Statements, answered, sent, texts


def _mass_assignment(proof: Proof) -> Statements:
    name, value = proof.scenario.settings.get(FIELD), proof.scenario.settings.get(VALUE)
    attack, *_ = proof.scenario.attack
    lines = [
        f"answer = {sent(attack)}",
        "if answer.is_success:",
        *(f"    saved.{save.name} = {saving(save, 'answer')}" for save in attack.saves),
        *(f"    {line}" for line in answered(proof.scenario.observe)),
        "    made = {each['id'] for each in objects(answer) if 'id' in each}",
        f"    shown = [each for read in answers for each in objects(read) if {name!r} in each]",
        "    own = [each for each in shown if each.get('id') in made] or shown",
        f"    assert all(each[{name!r}] != {value!r} for each in own), own",
    ]
    return Statements(lines, helper="objects")


def _user_enumeration(proof: Proof) -> Statements:
    if "by its answer" not in proof.title:
        raise NotWritableError("a difference in time")
    known, unknown = proof.scenario.attack[:2]
    return Statements(
        [
            f"known = {sent(known)}",
            f"unknown = {sent(unknown)}",
            f"assert said(known, {texts(known)}) == said(unknown, {texts(unknown)})",
        ],
        helper="said",
    )


def _password_reset(proof: Proof) -> Statements:
    if {DELIVERED, COUNTED} & {*proof.scenario.settings}:
        raise NotWritableError("what a mail holds")
    ask, take = proof.scenario.attack
    (save,) = ask.saves
    return Statements(
        [
            f"answer = {sent(ask)}",
            f"saved.{save.name} = 'nothing'",
            "with contextlib.suppress(LookupError, TypeError, ValueError):",
            f"    saved.{save.name} = {saving(save, 'answer')}",
            f"answer = {sent(take)}",
            f"stranger = {sent(proof.scenario.observe[0])}",
            'assert not stranger.is_success, f"{answer.status_code}, and then {stranger.status_code}"',
        ],
        imports=frozenset({"contextlib", *({"re"} if save.pattern else ())}),
    )


def _guessable_secret(proof: Proof) -> Statements:
    names = proof.scenario.settings.get(SECRETS)
    theirs = str(names[1]) if isinstance(names, list) else ""
    if "that is counted up" not in proof.seen:
        raise NotWritableError("a digest of a number")
    marks = [
        text(value)
        for step in proof.scenario.setup
        if step.actor == "A" and not proves_identity(step) and isinstance(step.body, dict)
        for value in step.body.values()
        if isinstance(value, str) and "${unique}" in value
    ]
    return Statements(
        [
            f"secret = str(saved.{theirs})",
            'head = secret.rstrip("0123456789")',
            "digits = secret[len(head) :]",
            "for back in (1, 2, 3):",
            '    number = f"{int(digits) - back:0{len(digits)}d}" if digits else "0"',
            f'    saved.{GUESSED} = f"{{head}}{{number}}"',
            f"    answer = {sent(proof.scenario.attack[0])}",
            f"    found = [each for each in ({', '.join(marks)},) if each in answer.text]",
            f'    assert not found, f"{{saved.{GUESSED}}} opens it: {{answer.text[:300]}}"',
        ]
    )


def _forgeable_token(proof: Proof) -> Statements:
    settings = proof.scenario.settings
    if settings.get(COOKIE):
        raise NotWritableError("a cookie that Flask signs")
    how = settings.get(HOW)
    key = None if how == UNSIGNED else str(settings.get("key")) if how == SIGNED else "nobody has this key"
    return Statements(
        [
            f"saved.{FORGED} = forged(saved.{settings.get(TOKEN)}, {key!r})",
            f"answer = {sent(proof.scenario.attack[0])}",
            'assert not answer.is_success, f"{answer.status_code}: {answer.text[:300]}"',
        ],
        imports=frozenset({"base64", "hmac", "json"}),
        helper="forged",
    )


WRITERS: dict[str, Callable[[Proof], Statements]] = {
    "mass-assignment": _mass_assignment,
    "user-enumeration": _user_enumeration,
    "password-reset": _password_reset,
    "guessable-secret": _guessable_secret,
    "forgeable-token": _forgeable_token,
}
"""By weakness, or by experiment."""
