"""What the environment tells the sensor."""

from __future__ import annotations

import json
import os

Address = tuple[str, int]


def canonical_host(host: str) -> str:
    """One spelling for the names of this machine's loopback, so that addresses can be compared."""
    host = host.strip("[]").lower()
    if host.startswith("::ffff:"):
        host = host[7:]
    return "127.0.0.1" if host in {"localhost", "::1", "0.0.0.0", "::", ""} else host  # noqa: S104 - compared only


def parse_address(text: str) -> Address | None:
    """`host:port` as a pair, or None when it is something else."""
    host, separator, port = text.strip().rpartition(":")
    if not separator or not port.isdigit():
        return None
    return host, int(port)


class Settings:
    """The CRASHWORTHY_* variables, read once.

    `dies_at` is the write, of those that no request asked for, before which the process is killed. `meeting` is where
    so many processes meet that start at the same time. `allow` holds canonical addresses; `redirect` maps a canonical
    host, or "*", and a port to an address.
    """

    def __init__(self, environ: os._Environ[str] | dict[str, str]) -> None:
        self.socket = environ.get("CRASHWORTHY_SENSOR_SOCKET", "")
        root = environ.get("CRASHWORTHY_ROOT", "")
        self.root = os.path.realpath(root) if root else ""
        self.run = environ.get("CRASHWORTHY_RUN", "")
        folder, _, count = environ.get("CRASHWORTHY_MEETING", "").rpartition(":")
        self.meeting = (folder, int(count)) if folder and count.isdigit() else None
        dies_at = environ.get("CRASHWORTHY_DIES_AT", "")
        self.dies_at = int(dies_at) if dies_at.isdigit() else None
        self.standin = parse_address(environ.get("CRASHWORTHY_STANDIN", ""))
        self.allow_paths: set[str] = set()
        self.allow: set[Address] = set()
        for entry in environ.get("CRASHWORTHY_ALLOW", "").split(","):
            address = parse_address(entry)
            if address is not None:
                self.allow.add((canonical_host(address[0]), address[1]))
            elif entry.strip().startswith("/"):
                self.allow_paths.add(entry.strip())
        self.redirect: dict[Address, Address] = {}
        for source, target in _json_object(environ.get("CRASHWORTHY_REDIRECT", "")).items():
            source_address, target_address = parse_address(source), parse_address(str(target))
            if source_address is not None and target_address is not None:
                self.redirect[(canonical_host(source_address[0]), source_address[1])] = target_address


def _json_object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


settings = Settings(os.environ)
