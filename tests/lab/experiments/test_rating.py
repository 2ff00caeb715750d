import pytest

from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.rating import carries_credential, score, severity, vector, who
from sick_services.histories import BUY, exchange


@pytest.mark.parametrize(
    ("logged_in", "impact", "expected"),
    [
        (False, {"read": "H", "change": "H", "stop": "H"}, Severity.BLOCKER),
        (True, {"read": "H", "change": "H", "stop": "H"}, Severity.BLOCKER),
        (True, {"read": "H"}, Severity.MAJOR),
        (True, {"read": "L", "change": "L"}, Severity.MINOR),
    ],
)
def test_the_impact_decides(logged_in: bool, impact: dict[str, str], expected: Severity) -> None:
    cvss = vector(logged_in=logged_in, **impact)  # type: ignore[arg-type]
    assert 0 < score(cvss) <= 10
    assert severity(cvss) is expected


def test_who_can_send_it_is_read_from_the_request() -> None:
    plain = exchange(BUY, "attack", 200)
    request = plain.request.model_copy(update={"headers": (("Authorization", "Bearer x"),)})
    assert not carries_credential(plain)
    assert who(plain.model_copy(update={"request": request})) == "anybody with an account"
