"""How bad an exploit is: a CVSS 4.0 vector, its score, and the severity that follows from it."""

from __future__ import annotations

from cvss import CVSS4

from crashworthy.core.history import Exchange
from crashworthy.core.weakness import Severity

_CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key", "x-auth-token"})
_BLOCKER, _MAJOR = 8.5, 6.0


def vector(
    *,
    logged_in: bool,
    read: str = "N",
    change: str = "N",
    stop: str = "N",
    beyond: str = "N",
    victim: bool = False,
    chance: bool = False,
) -> str:
    """The base vector of an attack over the network with one request.

    `read`, `change` and `stop` are the impacts on the service ("H", "L" or "N"), `beyond` that on the confidentiality
    of what lies behind it. `logged_in` when the request carries a credential, `victim` when somebody else has to
    look at what was made, `chance` when it takes something that the attacker does not decide, such as which browser
    that is.
    """
    rights, interaction = "L" if logged_in else "N", "P" if victim else "N"
    attack = f"AV:N/AC:L/AT:{'P' if chance else 'N'}/PR:{rights}/UI:{interaction}"
    return f"CVSS:4.0/{attack}/VC:{read}/VI:{change}/VA:{stop}/SC:{beyond}/SI:N/SA:N"


def score(cvss: str) -> float:
    """The base score of a vector, 0 to 10."""
    return float(CVSS4(cvss).base_score)


def severity(cvss: str) -> Severity:
    """The severity of a vector: to read or change all by one request is a BLOCKER."""
    points = score(cvss)
    return Severity.BLOCKER if points >= _BLOCKER else Severity.MAJOR if points >= _MAJOR else Severity.MINOR


def carries_credential(exchange: Exchange) -> bool:
    """Whether the request says who sends it."""
    return any(name.lower() in _CREDENTIALS for name, _ in exchange.request.headers)


def who(exchange: Exchange) -> str:
    """Who can send such a request, in words."""
    return "anybody with an account" if carries_credential(exchange) else "anybody, without a login"
