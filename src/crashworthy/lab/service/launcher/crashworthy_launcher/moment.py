"""The moment at which the service would begin to serve."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .control import Control
from .zygote import Zygote


class Moment:
    """Reached once per process. `mode` says what happens then.

    "declared": the service goes on as it is declared, on the forced port.
    "serve": it goes on with one worker and without reloading.
    "zygote": the process holds still here and forks copies that go on as in "serve".
    "run": the command is no server (a migration); nothing is forced.
    """

    def __init__(self, control: Control, mode: str, port: int) -> None:
        self.mode = mode
        self.port = port
        self.declared_port: int | None = None
        self._control = control
        self._reached = False

    @property
    def is_managed(self) -> bool:
        """Whether workers, reloading and debuggers are overridden."""
        return self.mode in ("serve", "zygote")

    @property
    def forces(self) -> bool:
        """Whether the port is forced."""
        return self.mode != "run"

    @property
    def reached(self) -> bool:
        """Whether the service is beyond this moment."""
        return self._reached

    def reach(
        self,
        *,
        server: str,
        port: int | None = None,
        obstacle: str = "",
        prepare: Callable[[], object] | None = None,
        binding_fd: int | None = None,
        **declared: Any,
    ) -> int:
        """Report how the service is declared to serve; returns the port to serve on instead.

        `prepare` runs before a zygote holds still, to have work done there once (importing the application).
        `obstacle` is a reason against forking that only the server's hook knows. `binding_fd` is the socket that
        is about to be bound, where that is how the moment was noticed. In a zygote this returns in each copy.
        """
        if self._reached or not self.forces:
            return self.port
        self._reached = True
        self.declared_port = port
        if self.mode == "zygote" and prepare is not None and not obstacle:
            prepare()
        self._control.send({"event": "serves", "server": server, "port": port, **declared})
        if self.mode == "zygote":
            self.port = Zygote(self._control, binding_fd).hold_still(obstacle)
        os.environ["PORT"] = str(self.port)
        return self.port
