"""Give a process the sensor: a folder for its PYTHONPATH, and what the sensor has to know."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

FOLDER = "sensor"
_INJECTED = Path(__file__).parent / "injected"


def injection(
    run_folder: Path,
    *,
    root: Path,
    socket: Path,
    standin: str | None,
    allow: Iterable[str] = (),
    redirect: Mapping[str, str] | None = None,
    run_id: str,
    pythonpath: str = "",
) -> dict[str, str]:
    """The environment variables that load the sensor into every Python process that inherits them.

    `root` is the service's copy, `socket` where a `Receiver` listens, `standin` the "host:port" of the stand-in
    (None: outbound connections are neither redirected nor reported). `allow` lists "host:port" that may be connected
    directly, and folders or paths (beginning with "/") of Unix sockets of own databases. `redirect` maps "host:port"
    or "*:port" to the address of an own instance. `pythonpath` is appended to the new PYTHONPATH.

    The package is copied below `run_folder` once: there, unlike where crashworthy is installed, any user may read it
    and its byte code can be written, so that each start after the first is quicker.
    """
    folder = run_folder / FOLDER
    if not folder.exists():
        # Made under another name first, so that nobody finds half a copy.
        unfinished = run_folder / f".{FOLDER}-{os.getpid()}"
        shutil.copytree(_INJECTED, unfinished, ignore=shutil.ignore_patterns("__pycache__"))
        unfinished.rename(folder)
    variables = {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(folder.resolve()), pythonpath))),
        "CRASHWORTHY_SENSOR_SOCKET": str(socket),
        "CRASHWORTHY_ROOT": str(root.resolve()),
        "CRASHWORTHY_ALLOW": ",".join(allow),
        "CRASHWORTHY_REDIRECT": json.dumps(dict(redirect or {})),
        "CRASHWORTHY_RUN": run_id,
    }
    if standin is not None:
        variables["CRASHWORTHY_STANDIN"] = standin
    return variables
