"""Statements of proofs that an amount, a call or an end is not kept."""

from __future__ import annotations

from collections.abc import Callable

from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.conservation.split import AMOUNT, PARTS, shares
from crashworthy.lab.experiments.episode import SETTLE
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.time.holds import later_than
from crashworthy.lab.experiments.time.lifetimes import LIFETIME
from crashworthy.lab.proof.python_source import NotWritableError
from crashworthy.lab.proof.statements.frame import Statements, sent


def _offset_ignored(proof: Proof) -> Statements:
    deadline = proof.scenario.settings.get(clock.DEADLINE)
    if not isinstance(deadline, dict):
        raise NotWritableError("a deadline that is not known")
    ahead_s, offset_h, name = (deadline.get(key) for key in ("ahead_s", "offset_h", "field"))
    early = isinstance(ahead_s, int | float) and ahead_s > 0
    setup = tuple(
        step.model_copy(update={"body": {**step.body, str(name): "${deadline}"}})
        if step.operation == deadline.get("operation") and isinstance(step.body, dict)
        else step
        for step in proof.scenario.setup
    )
    zone = f"timezone(timedelta(hours={offset_h}))"
    return Statements(
        [
            f"answer = {sent(proof.scenario.attack[0])}",
            "assert answer.is_success, answer.text" if early else "assert 400 <= answer.status_code < 500, answer.text",
        ],
        given=[
            f"instant = datetime.now({zone}) + timedelta(seconds={ahead_s})",
            "saved.deadline = instant.isoformat()",
        ],
        setup=setup,
        imports=frozenset({"datetime.datetime", "datetime.timedelta", "datetime.timezone"}),
    )


def _later(step: Step, seconds: float, check: str) -> Statements:
    """The request with the service's clock ahead by so much."""
    return Statements([f"with service.ahead({seconds:.0f}):", f"    answer = {sent(step)}", check])


def _expiry_not_kept(proof: Proof) -> Statements:
    settings = proof.scenario.settings
    later_s, lifetime_s = settings.get(clock.LATER), proof.settings.get(LIFETIME)
    if not isinstance(later_s, int | float) or not isinstance(lifetime_s, int | float) or clock.ZONE in settings:
        raise NotWritableError("a server in another time zone")
    refused = "assert not answer.is_success, answer.text"
    check = refused if later_s > lifetime_s else "assert answer.is_success, answer.text"
    return _later(proof.scenario.attack[0], later_s, check)


def _hold_without_end(proof: Proof) -> Statements:
    lifetime_s = proof.settings.get(LIFETIME)
    if not isinstance(lifetime_s, int | float):
        raise NotWritableError("a hold without a time")
    return _later(proof.scenario.attack[0], later_than(lifetime_s), "assert answer.is_success, answer.text")


def _token_without_end(proof: Proof) -> Statements:
    later_s = proof.scenario.settings.get(clock.LATER)
    if not isinstance(later_s, int | float):
        raise NotWritableError("a time that is not known")
    return _later(proof.scenario.attack[0], later_s, "assert not answer.is_success, answer.text")


def _calendar_crash(proof: Proof) -> Statements:
    return Statements(
        [f"answer = {sent(proof.scenario.attack[0])}", "assert answer.status_code < 500, answer.text"],
        imports=frozenset({"datetime.UTC", "datetime.datetime"}),
        at=str(proof.scenario.settings.get(clock.AT)),
    )


def _taken_back(proof: Proof) -> Statements:
    done, undone = proof.scenario.attack
    return Statements(
        [
            'service.stand_in.mode = "lost"',
            "with contextlib.suppress(httpx.TransportError):",
            f"    {sent(done)}",
            'service.stand_in.mode = "normal"',
            "before, called = len(service.stand_in.calls), service.stand_in.effects()",
            f"answer = {sent(undone)}",
            f"time.sleep({proof.scenario.settings.get(SETTLE, 0)})",
            "asked = len(service.stand_in.calls) - before",
            "assert not called or not answer.is_success or asked, answer.text",
        ],
        imports=frozenset({"contextlib", "time"}),
    )


def _lost_remainder(proof: Proof) -> Statements:
    amount, count = proof.scenario.settings.get(AMOUNT), proof.scenario.settings.get(PARTS)
    found = next((key for key, parts in shares(proof.trial) if key[0] == 0 and len(parts) == count), None)
    if found is None:
        raise NotWritableError("shares that another answer lists")
    places: list[Json] = [part.replace("~1", "/").replace("~0", "~") for part in found[1].split("/")[1:]]
    return Statements(
        [
            f"answer = {sent(proof.scenario.attack[0])}",
            "if answer.is_success:",
            f"    shares = [Decimal(str(each)) for each in at(answer.json(), {places!r})]",
            f"    assert sum(shares) == Decimal({str(amount)!r}), shares",
        ],
        imports=frozenset({"decimal.Decimal"}),
        helper="at",
    )


WRITERS: dict[str, Callable[[Proof], Statements]] = {
    "taken-back": _taken_back,
    "offset-ignored": _offset_ignored,
    "lost-remainder": _lost_remainder,
    "expiry-not-kept": _expiry_not_kept,
    "hold-without-end": _hold_without_end,
    "token-without-end": _token_without_end,
    "calendar-crash": _calendar_crash,
}
"""By weakness, or by experiment."""
