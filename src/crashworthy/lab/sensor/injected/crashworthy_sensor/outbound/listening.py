"""Ports that this process tree listens on: connections to them stay inside the service."""

from __future__ import annotations

import os

from crashworthy_sensor.settings import settings

_ports: set[int] = set()
_names: frozenset[str] | None = None
_LISTEN = "0A"


def add(port: int) -> None:
    """This process listens on `port`."""
    if port:
        _ports.add(port)


def own_names() -> frozenset[str]:
    """The names of this machine."""
    global _names
    if _names is None:
        name = os.uname().nodename.lower()
        _names = frozenset({name, name.partition(".")[0], "localhost", "localhost.localdomain"} - {""})
    return _names


def is_own(port: int) -> bool:
    """Whether this process, or another one of the same run, listens on `port`."""
    if port in _ports:
        return True
    try:
        if _run_listens(port):
            _ports.add(port)
            return True
    except OSError:
        pass  # no /proc: only what this process listens on is known
    return False


def _run_listens(port: int) -> bool:
    """Ask the kernel which sockets listen on `port`, and whether a process of this run has one of them."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not os.path.exists(table):
            continue
        with open(table) as file:
            for row in file.readlines()[1:]:
                fields = row.split()
                if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    return bool(inodes) and bool(settings.run) and any(_holds(pid, inodes) for pid in os.listdir("/proc"))


def _holds(pid: str, inodes: set[str]) -> bool:
    if not pid.isdigit():
        return False
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            if f"CRASHWORTHY_RUN={settings.run}".encode() not in file.read().split(b"\0"):
                return False
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            try:
                if os.readlink(f"/proc/{pid}/fd/{descriptor}") in inodes:
                    return True
            except OSError:
                continue  # closed in the meantime
    except OSError:
        pass  # gone, or somebody else's
    return False
