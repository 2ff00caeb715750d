"""Ports, and waiting until a service accepts connections."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Callable

import psutil

LOOPBACK = "127.0.0.1"
_LONGEST_PAUSE_S = 0.02
_PATIENCE_S = 5.0


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Whether a connection to the port is accepted right now."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until_accepting(port: int, timeout_s: float, has_ended: Callable[[float], bool]) -> bool:
    """Poll the port. `has_ended` is given the pause to wait in, and says whether the service is gone."""
    deadline = time.monotonic() + timeout_s
    pause = 0.0005
    while time.monotonic() < deadline:
        if accepts(port):
            return True
        if has_ended(pause):
            return False
        pause = min(pause * 1.3, _LONGEST_PAUSE_S)
    return False


def wait_until_answering(port: int, timeout_s: float, has_ended: Callable[[float], bool]) -> bool:
    """Poll with a request until something that is HTTP comes back; servers with workers accept long before.

    A service that accepts and needs very long for its answer counts as well.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_S)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return True
        except http.client.HTTPException:
            return True  # it speaks, if badly
        except TimeoutError:
            return accepts(port)
        except OSError:
            pass
        finally:
            connection.close()
        if has_ended(_LONGEST_PAUSE_S):
            return False
    return False


def listening_ports(pid: int) -> set[int]:
    """TCP ports that a process and its descendants listen on."""
    ports: set[int] = set()
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                ports |= {
                    connection.laddr.port
                    for connection in one.net_connections("tcp")
                    if connection.status == psutil.CONN_LISTEN
                }
    return ports
