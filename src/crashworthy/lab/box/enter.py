"""The first process of the box: `python -m crashworthy.lab.box.enter PLAN -- COMMAND ...`.

It moves into namespaces of its own where the system allows it, then runs COMMAND and passes signals on. In a
process namespace it is process 1: when it ends, the kernel ends everything in the box. Outside one, COMMAND
runs as a plain child and the watchdog of the service's processes does that work.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from crashworthy.lab.box import linux

# Any id but 0: PostgreSQL refuses to run as root, and a service has no business to think that it is.
INSIDE_ID = 1000
# What a run may hold in memory; a service that writes more finds its disk full.
_MEMORY_BYTES = 1 << 30


@dataclass(frozen=True)
class BoxPlan:
    """What the box leaves open.

    `writable` folders stay writable, everything else becomes read-only. `visible` paths are kept visible when
    they lie below /tmp, which the box replaces by the folder `private_tmp`. `in_memory` is a writable folder whose
    files move to memory where there is room, and are gone with the box. `wanted` False means a plain child. `parent`
    is the process that must outlive the box.
    """

    parent: int
    writable: tuple[str, ...]
    visible: tuple[str, ...]
    private_tmp: str
    in_memory: str | None = None
    wanted: bool = True

    def as_json(self) -> str:
        """For the command line. Not by Pydantic: two processes of the box would carry it through the whole run."""
        return json.dumps(asdict(self))


def main() -> int:
    """Enter the box and run the command; returns its exit status."""
    plan = BoxPlan(**json.loads(sys.argv[1]))
    command = sys.argv[3:]
    linux.die_with_parent(signal.SIGKILL)
    if os.getppid() != plan.parent:  # it ended before the line above
        return 1
    servers = linux.unix_servers() if plan.wanted and sys.platform == "linux" else ()
    refusal = "switched off" if not plan.wanted else _enter_namespaces()
    if refusal is not None:
        return _run(command, {"contained": False, "why": refusal})
    # A process cannot move itself into a new process namespace; only its children are born there.
    child = os.fork()
    if child:
        return _wait_for(child)
    linux.die_with_parent(signal.SIGKILL)
    _furnish(plan)
    _cover(servers)
    return _run(command, {"contained": True, "why": ""})


def _enter_namespaces() -> str | None:
    """Why the system does not allow it, or None when it was done."""
    uid, gid = os.getuid(), os.getgid()
    # Tried in a child first: a half-entered set of namespaces cannot be left again.
    probe = os.fork()
    if probe == 0:
        try:
            _unshare(uid, gid)
            linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
            linux.bring_loopback_up()
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(probe, 0)[1]) != 0:
        return "the system does not allow user namespaces"
    _unshare(uid, gid)
    return None


def _unshare(uid: int, gid: int) -> None:
    spaces = linux.CLONE_NEWNET | linux.CLONE_NEWPID | linux.CLONE_NEWNS | linux.CLONE_NEWIPC
    linux.unshare(linux.CLONE_NEWUSER | spaces)
    linux.map_identity(uid, gid, INSIDE_ID)


def _furnish(plan: BoxPlan) -> None:
    """Give the box its own loopback, /proc and /tmp, and make the rest read-only."""
    linux.bring_loopback_up()
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("proc", "/proc", "proc", 0)
    # The order matters: what is writable must be a mount of its own before the rest becomes read-only.
    for path in plan.writable:
        linux.mount(path, path, None, linux.MS_BIND | linux.MS_REC)
    if plan.in_memory is not None:
        with contextlib.suppress(OSError):
            _move_to_memory(plan.in_memory)
    kept = [path for path in (*plan.writable, *plan.visible) if _is_below(path, "/tmp")]  # noqa: S108
    replace_tmp(Path(plan.private_tmp), kept)
    linux.set_read_only("/", read_only=True, recursive=True)
    # Nothing in /proc belongs to the box but its own processes, one of which may want a box of its own.
    for path in filter(None, (*plan.writable, plan.in_memory, "/tmp", "/dev", "/proc")):  # noqa: S108
        with contextlib.suppress(OSError):
            linux.set_read_only(path, read_only=False, recursive=path == "/dev")
    # Shared memory of its own, and none of the host's Unix sockets, behind which its servers are.
    for folder in ("/dev/shm", "/run"):  # noqa: S108
        if Path(folder).is_dir() and not any(_is_below(path, folder) for path in (*plan.writable, *plan.visible)):
            with contextlib.suppress(OSError):
                linux.mount("tmpfs", folder, "tmpfs", 0)


def _move_to_memory(folder: str) -> None:
    """Put a file system in memory in this folder's place, with the same files. OSError where there is no room."""
    memory = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    if int(memory["MemAvailable"].split()[0]) * 1024 < 3 * _MEMORY_BYTES:
        raise OSError(errno.ENOMEM, "too little memory is free")
    on_disk = os.open(folder, os.O_PATH)
    linux.mount("tmpfs", folder, "tmpfs", 0, f"size={_MEMORY_BYTES},mode=755")
    try:
        shutil.copytree(f"/proc/self/fd/{on_disk}", folder, symlinks=True, dirs_exist_ok=True)
    except OSError:
        linux.unmount(folder)  # a part of the files is worse than all of them on disk
        raise
    finally:
        os.close(on_disk)


def replace_tmp(private: Path, kept: Iterable[str]) -> None:
    """Put this folder in the place of /tmp; the `kept` paths below /tmp stay visible."""
    handles = {path: os.open(path, os.O_PATH) for path in kept if Path(path).exists()}
    private.mkdir(parents=True, exist_ok=True)
    linux.mount(str(private), "/tmp", None, linux.MS_BIND)  # noqa: S108
    for path, handle in handles.items():
        _make_place(path, is_folder=Path(f"/proc/self/fd/{handle}").is_dir())
        linux.mount(f"/proc/self/fd/{handle}", path, None, linux.MS_BIND | linux.MS_REC)
        os.close(handle)


def _cover(servers: tuple[str, ...]) -> None:
    """Put nothing where a server of the host has its socket: a read-only file system does not stop a connection."""
    for path in servers:
        with contextlib.suppress(OSError):  # it is gone, or nobody in here can reach it either
            if Path(path).is_socket():
                linux.mount("/dev/null", path, None, linux.MS_BIND)


def _is_below(path: str, folder: str) -> bool:
    return Path(path).resolve().is_relative_to(folder)


def _make_place(path: str, *, is_folder: bool) -> None:
    place = Path(path)
    if place.exists():
        return
    if is_folder:
        place.mkdir(parents=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()


def _run(command: list[str], state: dict[str, object]) -> int:
    environment = {**os.environ, "CRASHWORTHY_BOX": json.dumps(state)}
    # A shell starts its background jobs with SIGINT ignored, and children inherit that; the engine has to hear it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, env=environment)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    while process.returncode is None:
        # As process 1 it also inherits, and has to bury, every orphan of the box.
        pid, status = os.waitpid(-1, 0)
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _wait_for(child: int) -> int:
    def pass_on(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
