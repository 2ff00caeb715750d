"""A process that holds still at the moment before it would serve, and forks copies of itself that go on."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys

from .control import Control
from .forkable import get_ready_to_fork, let_go_of_connections, obstacles, pause_log_listeners
from .libraries import imported


class Zygote:
    """Takes orders from the engine until that closes the connection. One copy lives at a time.

    It begins with `ready` {forkable, why_not, libraries}; the libraries are told where it cannot be forked. The order
    {port, imports} is answered by `forked` {pid}, and by `ended` {pid, status} when the copy ends. The modules named
    are imported before, if that leaves it fit to be forked.
    """

    def __init__(self, control: Control, binding_fd: int | None) -> None:
        self._control = control
        self._own_fds = frozenset({control.fd, binding_fd})
        self._copy: int | None = None
        self._handle: int | None = None  # becomes readable when the copy ends

    def hold_still(self, obstacle: str) -> int:
        """Returns in each forked copy, with the port it shall serve on. `obstacle` is known to forbid forking."""
        listeners = []
        if not obstacle:
            let_go_of_connections()
            listeners = pause_log_listeners()
            obstacle = obstacles(self._own_fds)
        libraries = imported() if obstacle else []
        if not obstacle:
            get_ready_to_fork(self._own_fds)
        self._control.send({"event": "ready", "forkable": not obstacle, "why_not": obstacle, "libraries": libraries})
        while True:
            waiting = select.poll()
            waiting.register(self._control.fd, select.POLLIN)
            if self._handle is not None:
                waiting.register(self._handle, select.POLLIN)
            active = {fd for fd, _ in waiting.poll()}
            if self._handle in active:
                self._bury()
            if self._control.fd in active:
                port = self._obey()
                if port is not None:
                    for listener in listeners:
                        listener.start()
                    return port

    def _obey(self) -> int | None:
        """The port, in a new copy; None in the zygote."""
        order = self._control.receive()
        if order is None:
            if self._copy is not None:
                with contextlib.suppress(OSError):
                    os.killpg(self._copy, signal.SIGKILL)
            os._exit(0)
        if order["imports"]:
            get_ready_to_fork(self._own_fds, order["imports"])
        return order["port"] if self._fork() else None

    def _fork(self) -> bool:
        """Whether this is the copy."""
        # What is buffered here would otherwise be printed by every copy.
        sys.stdout.flush()
        sys.stderr.flush()
        self._copy = os.fork()
        if self._copy == 0:
            os.setsid()
            self._control.close()
            return True
        self._handle = os.pidfd_open(self._copy)
        self._control.send({"event": "forked", "pid": self._copy})
        return False

    def _bury(self) -> None:
        assert self._copy is not None
        assert self._handle is not None
        _, status = os.waitpid(self._copy, 0)
        os.close(self._handle)
        self._control.send({"event": "ended", "pid": self._copy, "status": os.waitstatus_to_exitcode(status)})
        self._copy = self._handle = None
