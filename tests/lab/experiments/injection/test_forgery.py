"""Who sends the address decides how bad it is that the service calls it."""

from __future__ import annotations

import pytest

from crashworthy.core.history import Exchange, Request, SensorEvent
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.injection.attack import Sighting
from crashworthy.lab.experiments.injection.request import FORM, HOST, PORT, Forgery

SETTINGS = {HOST: "127.0.0.1", PORT: 47_001, FORM: "a loopback address"}


def sighting(actor: str, port: int) -> Sighting:
    exchange = Exchange(
        id="1",
        part="attack",
        actor=actor,
        operation="POST /hooks",
        request=Request(method="POST", url="http://127.0.0.1/hooks"),
        started=0,
        ended=1,
    )
    event = SensorEvent(at=0.5, kind="outbound", exchange="1", data={"host": "127.0.0.1", "port": port})
    return Sighting("cwz0001", SETTINGS, (exchange,), (event,))


@pytest.mark.parametrize(("actor", "severity"), [("A", None), ("nobody", None), ("admin", Severity.MINOR)])
def test_an_administrator_may_be_meant_to_name_addresses(actor: str, severity: Severity | None) -> None:
    evidence = Forgery().evidence(sighting(actor, 47_001))
    assert evidence is not None
    assert evidence.severity is severity


def test_a_call_of_the_service_s_own_is_no_forgery() -> None:
    assert Forgery().evidence(sighting("A", 6379)) is None
