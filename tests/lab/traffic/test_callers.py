"""Callers are shared where signing up is slow, and only as long as nobody can tell."""

from __future__ import annotations

from crashworthy.core.history import Exchange, Request, Response
from crashworthy.core.scenario import Step
from crashworthy.lab.traffic.callers import Callers

SIGN_UP = Step(operation="POST /users", method="POST", path="/users", body={"name": "user${unique}1"})
LOG_IN = Step(actor="admin", operation="POST /login", method="POST", path="/login", body={"name": "root"})


def answer(step: Step, seconds: float) -> Exchange:
    request = Request(method=step.method, url="http://x" + step.path)
    return Exchange(
        id="1",
        part="setup",
        actor=step.actor,
        operation=step.operation,
        request=request,
        response=Response(status=201),
        started=0.0,
        ended=seconds,
    )


def test_fast_sign_ups_are_never_shared() -> None:
    callers = Callers("1001")
    callers.keep(SIGN_UP, answer(SIGN_UP, 0.001))
    assert callers.for_another("1002").answer(SIGN_UP) is None


def test_slow_ones_are_shared_until_they_change_something() -> None:
    callers = Callers("1001")
    callers.keep(SIGN_UP, answer(SIGN_UP, 0.3))
    callers.keep(LOG_IN, answer(LOG_IN, 0.3))
    assert callers.for_another("1002") is callers
    callers.used.add("A")
    after = callers.for_another("1002")
    assert after.answer(SIGN_UP) is None
    assert after.answer(LOG_IN) is not None, "an account that the service made is the same however often it logs in"


def test_texts_of_identities_stay_those_of_the_callers() -> None:
    thing = SIGN_UP.model_copy(update={"body": {"name": "user${unique}1", "sku": "sku-${unique}130"}})
    assert Callers("1001").spoken(thing).body == {"name": "user10011", "sku": "sku-${unique}130"}
