"""A certificate authority of the run's own, for dependencies that are called over TLS."""

from __future__ import annotations

import ssl
import threading

import trustme

_ANONYMOUS = ("localhost", "127.0.0.1")


class Authority:
    """Makes a certificate for each host name that a client asks for. Takes about 6 ms to make."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="crashworthy stand-in", key_type=trustme.KeyType.ECDSA)
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, which a client has to trust."""
        return self._authority.cert_pem.bytes()

    def context(self) -> ssl.SSLContext:
        """A server's TLS settings that answer every host name with a certificate for it."""
        context = self._context_for(*_ANONYMOUS)
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            connection.context = self._context_for(name)

    def _context_for(self, *names: str) -> ssl.SSLContext:
        with self._lock:
            if names[0] not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                self._certificate(names).configure_cert(context)
                self._contexts[names[0]] = context
            return self._contexts[names[0]]

    def _certificate(self, names: tuple[str, ...]) -> trustme.LeafCert:
        try:
            return self._authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA)
        except ValueError:  # a name that no certificate can hold, such as one with an underscore
            return self._authority.issue_cert(*_ANONYMOUS, key_type=trustme.KeyType.ECDSA)
