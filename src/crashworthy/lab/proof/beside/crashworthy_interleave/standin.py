"""Stands in for what the service calls."""

from __future__ import annotations

import json
import socketserver
import threading
import time

TLS_HANDSHAKE = b"\x16"


class StandIn(socketserver.ThreadingTCPServer):
    """Answers every request to a dependency with {"ok": true}; or hangs, drips or loses the answer, as `mode` says."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.mode = "normal"
        self.calls: list[tuple[str, str]] = []
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def effects(self) -> int:
        """How many calls may have changed something at a dependency; those under one idempotency key are one."""
        changing = [(call, key) for call, key in self.calls if not call.startswith(("GET ", "HEAD "))]
        return len({key for _, key in changing if key}) + sum(not key for _, key in changing)

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        mode = self.server.mode  # type: ignore[attr-defined]
        if mode == "hang":
            time.sleep(3600)
        if self.rfile.peek(1)[:1] == TLS_HANDSHAKE:  # type: ignore[attr-defined]
            return  # of a client that `leaving` does not know: better an error than a wait without end
        length, call, key = 0, self.rfile.readline().decode("latin-1").strip(), ""
        while (line := self.rfile.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() in {"idempotency-key", "x-idempotency-key"}:
                key = value.strip()
        self.rfile.read(length)
        self.server.calls.append((call, key))  # type: ignore[attr-defined]
        if mode == "lost":
            return  # what was asked for is done, and nobody hears of it
        body = json.dumps({"ok": True, "id": "1", "status": "ok"}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        if mode == "drip":
            self.wfile.write(head % 3600)
            for _ in range(3600):
                self.wfile.write(b" ")
                time.sleep(1)
        self.wfile.write(head % len(body) + body)
