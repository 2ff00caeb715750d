"""HTTP/1.1 as a stand-in speaks it: well, or with the fault that is in force."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import h11

from crashworthy.core.scenario import DependencyFault
from crashworthy.core.value import Json
from crashworthy.lab.standin.answers import Answers, Question
from crashworthy.lab.standin.calls import MAX_BODY_BYTES, CallLog, StandInCall
from crashworthy.lab.standin.connection import Connection
from crashworthy.lab.standin.faults import Behaviour
from crashworthy.lab.standin.names import Dependency, Directory

_READ_BYTES = 64 * 1024
_DRIP_S = 1.0
_GARBAGE = b"<html>\xff\xfe\x00 this is no JSON"
_JSON = "application/json"
# An address that an experiment gives to services that fetch what they are told to: does it lead them back home?
_REDIRECT = re.compile(r"/crashworthy-redirect/(?P<port>\d{1,5})/(?P<word>\w{1,40})")


@dataclass(frozen=True)
class _Asked:
    request: h11.Request
    body: bytes

    def header(self, name: str) -> str:
        wanted = name.encode()
        return next((value.decode("latin-1") for key, value in self.request.headers if key == wanted), "")


class HttpService:
    """Serves HTTP connections. `behaviour` tells the faults in force at each request."""

    def __init__(
        self, directory: Directory, answers: Answers, calls: CallLog, behaviour: Callable[[], Behaviour]
    ) -> None:
        self._directory = directory
        self._answers = answers
        self._calls = calls
        self._behaviour = behaviour

    async def serve(self, connection: Connection, meant: Dependency | None) -> None:
        """Answer requests until the client or a fault ends the connection."""
        machine = h11.Connection(h11.SERVER)
        while True:
            try:
                asked = await self._read(connection, machine)
            except h11.RemoteProtocolError:  # another protocol, such as HTTP/2 or a database's
                await self._refuse_protocol(connection, meant)
                return
            if asked is None:
                return
            if not await self._respond(connection, machine, asked, meant):
                return
            if machine.our_state is h11.MUST_CLOSE or machine.their_state is h11.MUST_CLOSE:
                return
            machine.start_next_cycle()

    async def _refuse_protocol(self, connection: Connection, meant: Dependency | None) -> None:
        behaviour = self._behaviour()
        fault, name = behaviour.towards(meant), meant.name if meant else "unknown"
        self._calls.add(StandInCall(at=time.monotonic(), host=name, method="CONNECT", path="", fault=fault.kind))
        if fault.kind in ("hang", "drip"):
            await behaviour.lifted.wait()
        connection.reset()

    async def _read(self, connection: Connection, machine: h11.Connection) -> _Asked | None:
        request: h11.Request | None = None
        body = bytearray()
        while True:
            event = machine.next_event()
            if event is h11.NEED_DATA:
                if machine.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    await connection.send(machine.send(go_on))
                machine.receive_data(await connection.receive(_READ_BYTES))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data[: MAX_BODY_BYTES - len(body)]
            elif isinstance(event, h11.EndOfMessage):
                assert request is not None  # h11 never ends a message that did not begin
                return _Asked(request, bytes(body))
            else:
                return None

    async def _respond(
        self, connection: Connection, machine: h11.Connection, asked: _Asked, meant: Dependency | None
    ) -> bool:
        """Whether the connection can go on."""
        target = asked.request.target.decode("latin-1")
        if meant is None and (known := self._directory.at_path(target)) is not None:
            meant, target = known
        meant = meant or self._directory.at_header(asked.header("host"))
        behaviour = self._behaviour()
        fault = behaviour.towards(meant)
        method = asked.request.method.decode("latin-1")
        self._calls.add(
            StandInCall(
                at=time.monotonic(),
                host=meant.name if meant else "unknown",
                method=method,
                path=target,
                headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in asked.request.headers),
                body=asked.body,
                fault=fault.kind,
            )
        )
        if fault.kind in ("refuse", "lost"):
            connection.reset()
            return False
        if fault.kind == "hang":
            await behaviour.lifted.wait()
            connection.reset()
            return False
        if fault.kind == "slow" and await _lifted_within(behaviour, fault.seconds):
            connection.reset()
            return False
        status, body = self._content(fault, asked, meant, method, target)
        headers = [("Content-Type", _JSON), ("Content-Length", str(len(body)))]
        if (redirect := _REDIRECT.search(target)) is not None:
            status, body = 302, b""
            headers = [("Location", f"http://127.0.0.1:{redirect['port']}/{redirect['word']}"), ("Content-Length", "0")]
        head = machine.send(h11.Response(status_code=status, headers=headers))
        if method == "HEAD" or status in (204, 304):
            body = b""
        if fault.kind == "drip":
            return await self._drip(connection, machine, head, body, behaviour, fault.seconds or _DRIP_S)
        tail = machine.send(h11.Data(data=body)) if body else b""
        end = machine.send(h11.EndOfMessage())
        await connection.send((head or b"") + (tail or b"") + (end or b""))
        return True

    def _content(
        self, fault: DependencyFault, asked: _Asked, meant: Dependency | None, method: str, target: str
    ) -> tuple[int, bytes]:
        if fault.kind == "garbage":
            return 200, _GARBAGE
        if fault.kind == "status":
            assert fault.status is not None
            return fault.status, json.dumps({"error": {"message": f"stand-in answers {fault.status}"}}).encode()
        question = Question(
            meant=meant,
            method=method,
            target=target,
            body=_parsed(asked),
            idempotency_key=asked.header("idempotency-key") or None,
        )
        return 200, json.dumps(self._answers.answer(question)).encode()

    @staticmethod
    async def _drip(
        connection: Connection,
        machine: h11.Connection,
        head: bytes | None,
        body: bytes,
        behaviour: Behaviour,
        interval_s: float,
    ) -> bool:
        await connection.send(head or b"")
        for at in range(len(body)):
            if await _lifted_within(behaviour, interval_s):
                connection.reset()
                return False
            await connection.send(machine.send(h11.Data(data=body[at : at + 1])) or b"")
        await connection.send(machine.send(h11.EndOfMessage()) or b"")
        return True


async def _lifted_within(behaviour: Behaviour, seconds: float) -> bool:
    """Whether the faults were undone within the time; takes all the time otherwise."""
    try:
        await asyncio.wait_for(behaviour.lifted.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _parsed(asked: _Asked) -> Json:
    """The JSON or the form fields of a request's body; None for any other body."""
    kind = asked.header("content-type").partition(";")[0].strip().lower()
    text = asked.body.decode("utf-8", "replace")
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        parsed: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed
