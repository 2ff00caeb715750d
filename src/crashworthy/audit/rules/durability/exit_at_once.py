"""The service ends itself as soon as it is told to stop."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.source.signals import exits, handled
from crashworthy.weaknesses.durability import CUT_OFF_AT_STOP

_APP = """
import os
import signal
import sys
import threading

from flask import Flask

app = Flask(__name__)
stopping = threading.Event()

@app.post("/orders")
def order():
    return {"id": 1}
"""


class ExitAtOnce(Rule):
    """A handler of SIGTERM calls `sys.exit`, `os._exit` or the like, in place of what the server would do.

    Left alone: handlers that only take a note, or tell the server to shut down, and the default.
    """

    id = "exit-at-once"
    weakness = CUT_OFF_AT_STOP
    firing = (
        Sample("a function", {"app.py": _APP + """
def stop(number, frame):
    print("bye")
    os._exit(0)

signal.signal(signal.SIGTERM, stop)
"""}),
        Sample("a lambda", {"app.py": _APP + """
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a note", {"app.py": _APP + """
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
"""}),
        Sample("the default", {"app.py": _APP + """
signal.signal(signal.SIGTERM, signal.SIG_DFL)
"""}),
        Sample("another signal", {"app.py": _APP + """
signal.signal(signal.SIGALRM, lambda *_: sys.exit(1))
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Where such a handler is set, at all operations of the service."""
        every = frozenset(operation.name for operation in context.tree.operations)
        for module in context.analysis.index.service_modules:
            for call, handler in handled(module.file.tree):
                if exits(handler, module.file.tree):
                    message = "the process ends at once when it is told to stop, whatever is under way"
                    yield Hit(call, module, message, every)
