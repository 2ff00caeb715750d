"""Outbound connections: to own databases where they were redirected, to the stand-in otherwise."""

from __future__ import annotations

import sys

from crashworthy_sensor.imports import when_imported
from crashworthy_sensor.outbound import sockets, tls, uvloop

MODULES = frozenset({"socket"})


def install() -> None:
    """Watch for what makes connections."""
    when_imported("socket", sockets.patch)
    when_imported("ssl", tls.patch)
    when_imported("uvloop", uvloop.patch)


def proven() -> bool:
    """Whether a connection to a documentation address (RFC 5737) would go to the stand-in; no packet is sent."""
    module = sys.modules.get("socket")
    return module is not None and sockets.prove(module)


def be_strict() -> None:
    """From now on clients decide by their own settings whether they accept the stand-in's certificate."""
    tls.be_strict()
