"""One accepted connection: reads, writes, TLS, and the ways to end it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct

# With this set, close() sends a reset instead of the orderly end of the stream (socket(7), SO_LINGER).
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Connection:
    """A stream to the client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sock: socket.socket) -> None:
        self.reader = reader
        self.writer = writer
        self._sock = sock

    @classmethod
    async def wrap(cls, sock: socket.socket, context: ssl.SSLContext | None) -> Connection:
        """Take over an accepted socket, with TLS where a context is given."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, sock, ssl=context)
        return cls(reader, asyncio.StreamWriter(transport, protocol, reader, loop), sock)

    async def receive(self, limit: int) -> bytes:
        """Bytes from the client, none at the end of the stream."""
        return await self.reader.read(limit)

    async def send(self, data: bytes | None) -> None:
        """Write and wait until the client keeps up."""
        if data:
            self.writer.write(data)
            await self.writer.drain()

    def reset(self) -> None:
        """End the connection the rude way."""
        reset(self._sock)
        self.writer.transport.abort()

    def close(self) -> None:
        """End the connection."""
        self.writer.close()


def reset(sock: socket.socket) -> None:
    """Let the next close of the socket send a reset."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
    except OSError:
        return  # closed already: nothing is left to reset
