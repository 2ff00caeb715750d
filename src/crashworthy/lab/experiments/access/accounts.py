"""How an actor comes to have an account, and the passwords in requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import proves_identity
from crashworthy.lab.experiments.access.forge import read_jwt
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.actors import log_in_score
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import placeholders, saved_values

PASSWORDS = frozenset({"password", "passwd", "pwd", "passphrase"})
_SHORT_S = 3600.0
_PRESENT = frozenset({"old", "current", "existing", "previous", "present"})
_AGAIN = frozenset({"confirm", "confirmation", "repeat", "repeated", "again", "verify"})
_ANOTHER = "An0ther-${unique}1zqC"


@dataclass(frozen=True)
class Account:
    """The steps by which A gets an account, and the one by which A logs in."""

    made: tuple[Step, ...]
    login: Step

    def logged_in(self, actor: str, password: str | None = None) -> Step:
        """The login by whoever it is, with the account's password or another one; it saves nothing."""
        step = self.login.model_copy(update={"actor": actor, "saves": ()})
        return step if password is None else with_password(step, password)


def account(lab: Lab) -> Account | None:
    """The shortest way of A to a login that comes after a sign-up."""
    found = [
        way.steps
        for operation in lab.operations
        if log_in_score(operation) > 0
        and (way := lab.playbook.way(operation.name, "A")) is not None
        and proves_identity(way.steps[-1])
        and any(proves_identity(step) for step in way.steps[:-1])
    ]
    steps = min(found, key=len, default=None)
    return Account(steps[:-1], steps[-1]) if steps else None


def is_password(name: str) -> bool:
    """Whether a field of that name holds a password."""
    return bool({*words(name)} & PASSWORDS)


def with_password(step: Step, password: str) -> Step:
    """The step with another password in each field for one."""
    body = step.body if isinstance(step.body, dict) else {}
    changed: dict[str, Json] = {name: password if is_password(name) else value for name, value in body.items()}
    return step.model_copy(update={"body": changed})


def with_another_password(step: Step) -> Step:
    """The step with a new password where it sets one, and the present one where it asks for that."""
    body = step.body if isinstance(step.body, dict) else {}
    ours = {name: {*words(name)} for name in body if is_password(name) or {*words(name)} & _AGAIN}
    says_new = any("new" in each for each in ours.values())
    new = {
        name: _ANOTHER
        for name, each in ours.items()
        if not each & _PRESENT and (not says_new or each & ({"new"} | _AGAIN))
    }
    return step.model_copy(update={"body": {**body, **new}})


def shown_values(trial: Trial, steps: Iterable[Step]) -> Iterator[str]:
    """The values that the set-up saved and these steps show, such as tokens."""
    known: dict[str, Json] = {}
    for step, exchange in zip(trial.scenario.setup, of_part(trial, "setup"), strict=False):
        known.update(saved_values(step, exchange.response))
    for name in frozenset().union(*(placeholders(step) for step in steps)) - {"unique"}:
        yield str(known.get(name, ""))


def soon_over(token: str) -> str:
    """That a signed token ends by itself within the hour, in words; "" where it does not."""
    read = read_jwt(token)
    if read is None or read.lifetime_s is None or read.lifetime_s > _SHORT_S:
        return ""
    return f"the token is signed and ends by itself within {max(1, round(read.lifetime_s / 60))} minutes"
