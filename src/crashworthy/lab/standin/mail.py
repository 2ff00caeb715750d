"""SMTP as a stand-in speaks it: every mail is accepted, recorded and delivered nowhere."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from crashworthy.lab.standin.calls import MAX_BODY_BYTES, CallLog, StandInCall
from crashworthy.lab.standin.faults import Behaviour
from crashworthy.lab.standin.names import Dependency

PORTS = frozenset({25, 465, 587, 2525, 1025})
TLS_PORT = 465


class _Mailbox:
    """Takes mails in; the method's name and form are aiosmtpd's."""

    def __init__(self, meant: Dependency, calls: CallLog, behaviour: Callable[[], Behaviour]) -> None:
        self._meant = meant
        self._calls = calls
        self._behaviour = behaviour

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._behaviour().towards(self._meant)
        content = envelope.original_content or b""
        self._calls.add(
            StandInCall(
                at=time.monotonic(),
                host=self._meant.name,
                method="MAIL",
                path=next(iter(envelope.rcpt_tos), ""),
                body=content[:MAX_BODY_BYTES],
                fault=fault.kind,
            )
        )
        if fault.kind == "status":
            return "451 Requested action aborted: local error in processing"
        return "250 OK"


async def serve_mail(
    sock: socket.socket,
    meant: Dependency,
    calls: CallLog,
    behaviour: Callable[[], Behaviour],
    context: ssl.SSLContext,
    *,
    tls: bool,
) -> asyncio.Transport:
    """Take over an accepted socket; the transport goes on by itself until the client ends it."""
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            _Mailbox(meant, calls, behaviour),
            hostname="stand-in",
            ident="crashworthy",
            tls_context=None if tls else context,
            authenticator=lambda *_: AuthResult(success=True),
            auth_require_tls=False,
            loop=loop,
        )

    transport, _ = await loop.connect_accepted_socket(protocol, sock, ssl=context if tls else None)
    return transport
