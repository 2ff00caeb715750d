"""Which dependency a connection is meant for.

Connections arrive at one port. The address that was dialled tells them apart: 127.77.(slot >> 8).(slot & 255),
where a slot stands for one "host:port". The sensor makes slots as the service connects and tells them by `name`.

URLs that are given out lead here in one of three ways. With a sensor in the service: by a host name below
".invalid", which no resolver knows (RFC 6761), so that the call is seen by the sensor, and fails without it.
Without a sensor: by an address with a slot of our own. Where only 127.0.0.1 is a loopback address (macOS): by a
first path segment that names the dependency.
"""

from __future__ import annotations

import ipaddress
import threading
import zlib
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

_SLOT_NETWORK = ipaddress.ip_network("127.77.0.0/16")
_DEFAULT_PORTS = (80, 443)
_NO_WHERE = ".invalid"


@dataclass(frozen=True)
class Dependency:
    """One outbound dependency.

    `name` is the host, with the port where it is not the usual one of HTTP, or the name of the variable that
    its URL comes from where nothing else is known. `aliases` are other names that mean the same.
    """

    name: str
    port: int | None = None
    variable: str | None = None
    aliases: frozenset[str] = frozenset()

    def is_called(self, name: str) -> bool:
        """Whether `name` means this dependency; "*" means every one."""
        return name == "*" or name.lower() in {self.name.lower(), *self.aliases}


def dependency(host: str, port: int | None, variable: str | None = None) -> Dependency:
    """The dependency at an address."""
    host = host.lower().rstrip(".")
    usual = port is None or port in _DEFAULT_PORTS
    return Dependency(host if usual else f"{host}:{port}", port, variable, frozenset({host}))


def shown_host(host: str) -> str:
    """A host as people know it: without the ending that URLs given out carry."""
    return host.removesuffix(_NO_WHERE)


def slot_of(host: str, port: int | None) -> int:
    """A number from 0 to 65535 for an address."""
    return zlib.crc32(f"{host}:{port}".encode()) & 0xFFFF


def slot_address(slot: int) -> str:
    """The loopback address that stands for a slot."""
    return f"127.77.{slot >> 8}.{slot & 0xFF}"


def slot_at(address: str) -> int | None:
    """The slot that a loopback address stands for, if it stands for one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return int(parsed) & 0xFFFF if parsed in _SLOT_NETWORK else None


class Directory:
    """Slots, path segments and the dependencies that they stand for. Used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[int, Dependency] = {}
        self._segments: dict[str, Dependency] = {}
        self._names: dict[str, Dependency] = {}
        self._own_port = 0

    def opened(self, port: int) -> None:
        """Take note of the stand-in's own port."""
        self._own_port = port

    def name(self, slot: int, host: str, port: int) -> None:
        """Connections to `slot` are meant for `host` and `port`."""
        inner = slot_at(host)
        with self._lock:
            if host.lower() in self._names:
                found = replace(self._names[host.lower()], port=port)
            elif inner is not None and inner in self._slots:
                # The service dialled an address that we gave out ourselves.
                known = self._slots[inner]
                found = replace(known, aliases=known.aliases | {host}, port=known.port or port)
                self._slots[inner] = found
            elif inner is not None or (port == self._own_port and _is_loopback(host)):
                return  # our own port: the request itself tells
            else:
                found = dependency(host, port)
                found = next((known for known in self._slots.values() if known.name == found.name), found)
            self._slots[slot] = found

    def give_name(self, meant: Dependency) -> str:
        """The host name to call for a dependency, from a service that has the sensor."""
        stem = meant.name.partition(":")[0]
        if meant.variable and (_is_loopback(stem) or stem == meant.variable):
            stem = meant.variable.replace("_", "-")
        name = f"{stem.lower()}{_NO_WHERE}"
        with self._lock:
            self._names[name] = replace(meant, aliases=meant.aliases | {name})
        return name

    def give_slot(self, meant: Dependency) -> str:
        """The loopback address to dial for a dependency."""
        slot = slot_of(meant.name, meant.port)
        address = slot_address(slot)
        with self._lock:
            self._slots[slot] = replace(meant, aliases=meant.aliases | {address})
        return address

    def give_segment(self, meant: Dependency) -> str:
        """The first path segment of URLs for a dependency."""
        segment = meant.name.replace(":", "-")
        with self._lock:
            self._segments[segment] = meant
        return segment

    def at_address(self, address: str) -> Dependency | None:
        """The dependency that the dialled address stands for."""
        slot = slot_at(address)
        with self._lock:
            return None if slot is None else self._slots.get(slot)

    def at_path(self, target: str) -> tuple[Dependency, str] | None:
        """The dependency that the first path segment names, and the target without that segment."""
        segment, _, rest = target.removeprefix("/").partition("/")
        segment, question, query = segment.partition("?")
        with self._lock:
            found = self._segments.get(segment)
        return None if found is None else (found, f"/{rest}{question}{query}")

    def at_header(self, host: str) -> Dependency | None:
        """The dependency that a Host header names, unless it names the stand-in itself."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = parts.hostname, parts.port
        except ValueError:
            return None
        if not name or port == self._own_port:
            return None
        return dependency(name, port)

    def all(self) -> tuple[str, ...]:
        """Names of the dependencies known so far."""
        with self._lock:
            known = {each.name for each in (*self._slots.values(), *self._segments.values(), *self._names.values())}
        return tuple(sorted(known))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
