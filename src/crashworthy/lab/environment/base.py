"""The variables that every program may expect; nothing else of the caller's environment is passed on."""

from __future__ import annotations

import os
from pathlib import Path

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def base_environment(
    home: Path, temporary: Path, python: Path | None = None, *, trust: Path | None = None
) -> dict[str, str]:
    """A small environment of the run's own.

    `home` and `temporary` are folders of the run. `python` is the service's interpreter, whose folder goes first
    on PATH; without one, PATH is the caller's, where other languages' runtimes may be. `trust` is the certificate
    of the stand-ins' authority (PEM), for clients that read it.
    """
    path = _SYSTEM_PATH if python is not None else os.environ.get("PATH", _SYSTEM_PATH)
    environment = {
        "PATH": path if python is None else f"{python.parent}:{path}",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "USER": "crashworthy",
        "LOGNAME": "crashworthy",
        "SHELL": "/bin/sh",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
    }
    if python is not None and (python.parent.parent / "pyvenv.cfg").is_file():
        environment["VIRTUAL_ENV"] = str(python.parent.parent)
    if trust is not None:
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        environment |= dict.fromkeys(names, str(trust))
    return environment
