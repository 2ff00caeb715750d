"""Scenario: requests to make, in an order, with faults: what can be played, shrunk, replayed and exported."""

from __future__ import annotations

from enum import StrEnum

from crashworthy.core.value import Json, Value


class ValueFrom(StrEnum):
    """The part of a response from which a step saves a value."""

    BODY = "body"
    HEADER = "header"
    COOKIE = "cookie"


class Save(Value):
    """Keep a part of the response under `name` for later steps.

    `path` is a JSON Pointer (RFC 6901) into a JSON body (of an HTML page: into its form fields by name; "" is the
    whole body), or the name of a header or cookie. `pattern`, where given, is a regular expression searched in that
    value: its first group is what is kept, such as the id at the end of a Location.
    """

    name: str
    where: ValueFrom = ValueFrom.BODY
    path: str
    pattern: str | None = None


class Step(Value):
    """One request, as a template.

    Any string in `path`, `query`, `headers` or `body` may hold `${name}`: a value saved by an earlier step,
    or `${unique}`, which differs in each play. A string that is nothing but `${name}` keeps the type of the
    value. A literal `${` is written `$${`. `Basic user:password` in an Authorization header is encoded when sent, and
    `Digest user:password` answers the challenge of the service.
    `body` is JSON for JSON content types, an object of fields for form types, and text otherwise.
    `path` starts with "/" and holds filled-in path parameters; `operation` is the name of the operation.
    `raw_body` (Base64, also as `${name}`) overrides `body` where the bytes on the wire matter.
    """

    actor: str = "A"
    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = None
    body: Json = None
    raw_body: str | None = None
    saves: tuple[Save, ...] = ()


class Interleaving(StrEnum):
    """How the attack's requests are brought together in time; in the order in which to try them.

    BARRIER holds each before its first write until all have come that far; OVERTAKE holds one there (the seed says
    which, see `Scenario.held`) while the others go on. TURNS lets one task run at a time, and the
    seed chooses at each await which one goes on.
    """

    SERIAL = "serial"
    PLAIN = "plain"
    BARRIER = "barrier"
    OVERTAKE = "overtake"
    TURNS = "turns"
    SLEEP = "sleep"
    LINE = "line"


class DependencyFault(Value):
    """How the stand-in for an outbound dependency behaves.

    `host` is a host name, or "*" for every dependency. `kind` is one of "normal", "hang" (accept, never
    answer), "slow" (answer after `seconds`), "drip" (one byte a second), "refuse", "status" (answer
    `status`), "garbage" (a body that is no JSON), "lost" (do what is asked and cut the connection instead of
    answering).
    """

    host: str = "*"
    kind: str
    seconds: float = 0.0
    status: int | None = None


class Scenario(Value):
    """What an experiment does to a fresh service, small enough to read.

    `setup` runs first, one by one. `attack` runs as `interleaving` says. `observe` runs last, one by one:
    what is read back. `faults` hold during the attack only. `seed` seeds sleeps.
    """

    setup: tuple[Step, ...] = ()
    attack: tuple[Step, ...] = ()
    observe: tuple[Step, ...] = ()
    interleaving: Interleaving = Interleaving.SERIAL
    faults: tuple[DependencyFault, ...] = ()
    seed: int = 0
    settings: dict[str, Json] = {}

    @property
    def held(self) -> int:
        """The request of the attack that OVERTAKE holds, by index."""
        return self.seed % max(1, len(self.attack))
