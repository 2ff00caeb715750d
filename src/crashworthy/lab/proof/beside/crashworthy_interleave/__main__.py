"""Serves a WSGI application that brings no server: `python -m crashworthy_interleave module:name`."""

from __future__ import annotations

import importlib
import json
import os
import socketserver
import sys
from pathlib import Path
from typing import Any


def serve(target: str, port: int) -> None:
    """Serve a WSGI application, "module:name", with a thread per request."""
    from wsgiref.simple_server import WSGIServer, make_server

    class Server(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True

    module, _, name = target.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    application: Any = importlib.import_module(module)
    for part in name.removesuffix("()").split("."):
        application = getattr(application, part)
    if name.endswith("()"):
        application = application()
    make_server("127.0.0.1", port, application, server_class=Server).serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], json.loads(os.environ["CRASHWORTHY_INSIDE"])["port"])
