"""The stand-in server: one port, any loopback address, HTTP and SMTP, plain and over TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from crashworthy.core.scenario import DependencyFault
from crashworthy.lab.standin import faults as faulty
from crashworthy.lab.standin import mail
from crashworthy.lab.standin.answers import Answers
from crashworthy.lab.standin.calls import CallLog, StandInCall
from crashworthy.lab.standin.certificate import Authority
from crashworthy.lab.standin.connection import Connection, reset
from crashworthy.lab.standin.faults import Behaviour
from crashworthy.lab.standin.http import HttpService
from crashworthy.lab.standin.names import Dependency, Directory, dependency, slot_at
from crashworthy.source.tree import OutboundSite

_BACKLOG = 1024
_TLS_HANDSHAKE = 0x16  # RFC 8446, section 5.1: the first byte of a ClientHello's record
# The sensor tells a slot's meaning on another way than the connection comes, so that it may be a little late.
_NAME_WAIT_S = 0.5
_NAME_POLL_S = 0.005

# Slot and patience in seconds to host and port.
ResolveSlot = Callable[[int, float], tuple[str, int] | None]


class StandIns:
    """All outbound dependencies of one service, in one thread.

    `sites` are the places where the source calls out, for the shape of the answers; `seed` decides their ids.
    """

    def __init__(self, sites: Sequence[OutboundSite] = (), *, seed: int = 0) -> None:
        self._directory = Directory()
        self._answers = Answers(sites, seed)
        self._log = CallLog()
        self._behaviour = Behaviour()
        self._http = HttpService(self._directory, self._answers, self._log, lambda: self._behaviour)
        self._tasks: set[asyncio.Task[None]] = set()
        self._mails: set[asyncio.Transport] = set()
        self._listener: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()
        self._resolve: ResolveSlot = lambda _slot, _timeout_s: None

    # Life

    def start(self) -> None:
        """Listen on a free port of every loopback address."""
        listener = socket.create_server(("0.0.0.0", 0), backlog=_BACKLOG)  # noqa: S104 - 127.77.0.0/16 as well
        listener.setblocking(False)
        self._listener = listener
        self._directory.opened(self.port)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="stand-ins", daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Cut every connection and free the port. May be called twice."""
        if self._thread is None or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # What the lab asks

    @property
    def port(self) -> int:
        """The port; the address is any of 127.0.0.0/8."""
        assert self._listener is not None, "not started"
        return int(self._listener.getsockname()[1])

    def calls(self) -> tuple[StandInCall, ...]:
        """Requests since the last `clear`, oldest first."""
        return self._log.all()

    def clear(self) -> None:
        """Forget the calls, and answer as at first: for the next trial."""
        self._log.clear()
        self._answers.forget()

    def hosts(self) -> tuple[str, ...]:
        """Names of the dependencies known so far."""
        return self._directory.all()

    @contextmanager
    def faults(self, faults: Sequence[DependencyFault]) -> Iterator[None]:
        """Behave as told; on leaving behave as before, and cut the connections that a fault still holds."""
        faulty.check(faults)
        before, behaviour = self._behaviour, Behaviour(tuple(faults))
        self._behaviour = behaviour
        try:
            yield
        finally:
            self._behaviour = before
            if self._loop is not None and self._thread is not None:
                self._loop.call_soon_threadsafe(behaviour.lifted.set)

    # Names

    def ask_for_names(self, resolve: ResolveSlot) -> None:
        """Have slots that nobody named looked up (crashworthy.lab.sensor.receiver.Receiver.resolve_slot)."""
        self._resolve = resolve

    def name_slot(self, slot: int, host: str, port: int) -> None:
        """The sensor made a slot: connections to it are meant for `host` and `port`."""
        self._directory.name(slot, host, port)

    def url_for(self, url: str | None, variable: str, *, sensed: bool = True) -> str:
        """A URL that leads here instead of to `url`, with its path and query; `variable` names it otherwise.

        `sensed` says whether the service has the sensor, which such a call then passes.
        """
        parts = urlsplit(url or "")
        scheme = {"wss": "ws", "https": "http"}.get(parts.scheme, parts.scheme or "http")
        if parts.hostname:
            usual = {"https": 443, "wss": 443}.get(parts.scheme, 80)
            found = dependency(parts.hostname, parts.port or usual)
            meant = Dependency(found.name, found.port, variable, found.aliases)
        else:
            meant = Dependency(variable, variable=variable)
        path = parts.path
        if sensed:
            where = self._directory.give_name(meant)
        elif _has_loopback_network():
            where = f"{self._directory.give_slot(meant)}:{self.port}"
        else:
            where, path = f"127.0.0.1:{self.port}", f"/{self._directory.give_segment(meant)}{parts.path}"
        return urlunsplit((scheme, where, path, parts.query, ""))

    def host_for(self, host: str | None, port: int, variable: str, *, sensed: bool = True) -> tuple[str, int]:
        """A host and a port that lead here, for a dependency that is named by two variables."""
        found = dependency(host or variable, port)
        meant = Dependency(found.name if host else variable, port, variable, found.aliases)
        if sensed:
            return self._directory.give_name(meant), port
        return self._directory.give_slot(meant) if _has_loopback_network() else "127.0.0.1", self.port

    def write_authority(self, path: Path) -> None:
        """Write the certificate (PEM) that clients must trust where nothing switches their check off."""
        path.write_bytes(self._authority.pem)

    # The thread

    @cached_property
    def _authority(self) -> Authority:
        return Authority()

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: threading.Event) -> None:
        assert self._listener is not None
        self._loop = asyncio.get_running_loop()
        acceptor = asyncio.create_task(self._accept(self._listener))
        ready.set()
        await self._stopping.wait()
        self._behaviour.lifted.set()
        acceptor.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(acceptor, *self._tasks, return_exceptions=True)
        for transport in self._mails:
            transport.abort()
        self._listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, _ = await loop.sock_accept(listener)
            except OSError:  # no file descriptors left: clients wait in the backlog meanwhile
                await asyncio.sleep(0.05)
                continue
            sock.setblocking(False)
            task = asyncio.create_task(self._connection(sock))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connection(self, sock: socket.socket) -> None:
        handed_over = False
        try:
            meant = await self._who(sock.getsockname()[0])
            if self._refuses(sock, meant):
                return
            if meant is not None and meant.port in mail.PORTS:  # there, the server speaks first
                await self._mail(sock, meant)
                handed_over = True
                return
            if first := await _first_byte(sock):
                context = self._authority.context() if first[0] == _TLS_HANDSHAKE else None
                connection = await Connection.wrap(sock, context)
                handed_over = True
                try:
                    await self._http.serve(connection, meant)
                except asyncio.CancelledError:
                    connection.reset()
                    raise
                finally:
                    connection.close()
        except (OSError, asyncio.IncompleteReadError):
            return  # the client went away, or speaks something else than TLS after all
        finally:
            if not handed_over:
                sock.close()

    async def _who(self, address: str) -> Dependency | None:
        """Whom a connection is meant for; waits a little for the sensor to tell."""
        until = time.monotonic() + _NAME_WAIT_S
        while True:
            meant = self._directory.at_address(address)
            slot = slot_at(address)
            if meant is None and slot is not None and (named := self._resolve(slot, 0.0)) is not None:
                self.name_slot(slot, *named)
                meant = self._directory.at_address(address)
            if meant is not None or slot is None or time.monotonic() > until:
                return meant
            await asyncio.sleep(_NAME_POLL_S)

    def _refuses(self, sock: socket.socket, meant: Dependency | None) -> bool:
        if self._behaviour.towards(meant).kind != "refuse":
            return False
        name = meant.name if meant else "unknown"
        self._log.add(StandInCall(at=time.monotonic(), host=name, method="CONNECT", path="", fault="refuse"))
        reset(sock)
        return True

    async def _mail(self, sock: socket.socket, meant: Dependency) -> None:
        behaviour = self._behaviour
        fault = behaviour.towards(meant)
        if fault.kind in ("hang", "drip"):
            self._log.add(
                StandInCall(at=time.monotonic(), host=meant.name, method="CONNECT", path="", fault=fault.kind)
            )
            await behaviour.lifted.wait()
            reset(sock)
            sock.close()
            return
        if fault.kind == "slow":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(behaviour.lifted.wait(), fault.seconds)
        transport = await mail.serve_mail(
            sock,
            meant,
            self._log,
            lambda: self._behaviour,
            self._authority.context(),
            tls=meant.port == mail.TLS_PORT,
        )
        self._mails.add(transport)


async def _first_byte(sock: socket.socket) -> bytes:
    """The first byte, which stays to be read; none at the end of the stream."""
    loop = asyncio.get_running_loop()
    there: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not there.done():
            there.set_result(None)

    loop.add_reader(sock, tell)
    try:
        await there
        return sock.recv(1, socket.MSG_PEEK)
    finally:
        loop.remove_reader(sock)


def _has_loopback_network() -> bool:
    """Whether every address of 127.0.0.0/8 is a loopback address, as on Linux."""
    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.bind(("127.77.0.1", 0))
        return True
    return False
