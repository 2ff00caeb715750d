"""Which rights a sign-up is asked for first, where the service lets callers choose."""

from __future__ import annotations

from crashworthy.lab.traffic.actors import _rights


def test_known_privileges_come_before_roles_of_the_trade_and_everybody_last() -> None:
    roles = ["customer", "harbour master", "Admin", "member", "manager"]
    assert sorted(roles, key=_rights) == ["Admin", "manager", "harbour master", "customer", "member"]
