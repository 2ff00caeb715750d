"""Whether this process can be copied by fork() so that each copy is as good as a newly started one."""

from __future__ import annotations

import gc
import os
import socket
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from .libraries import import_all


def let_go_of_connections() -> None:
    """Close idle database connections that their library opens again on demand.

    SQLAlchemy and Django document this as the thing to do before a fork. In-memory databases live in their
    connection and are left alone: SQLAlchemy keeps those in other pools, Django refuses to close them.
    """
    engine_module: Any = sys.modules.get("sqlalchemy.engine")
    pool_module: Any = sys.modules.get("sqlalchemy.pool")
    if engine_module is not None and pool_module is not None:
        for thing in gc.get_objects():
            # type() and not isinstance(): lazy proxies answer the latter by working themselves out.
            if issubclass(type(thing), engine_module.Engine) and type(thing.pool) is pool_module.QueuePool:
                thing.dispose()
    django_db: Any = sys.modules.get("django.db")
    if django_db is not None:
        try:
            django_db.connections.close_all()
        except Exception:  # settings that name no usable database
            return


def pause_log_listeners() -> list[Any]:
    """Stop the threads that write what a logging queue holds; each copy starts its own by `start` (QueueListener)."""
    handlers: Any = sys.modules.get("logging.handlers")
    if handlers is None:
        return []
    paused = []
    for thing in gc.get_objects():
        if issubclass(type(thing), handlers.QueueListener) and thing._thread is not None:
            thing.stop()
            paused.append(thing)
    return paused


def obstacles(ignored_fds: frozenset[int | None]) -> str:
    """Why a fork would not be as good as a start, in a few words; empty when it would be."""
    if sys.platform != "linux":
        return "forked copies need Linux"
    gc.collect()  # a connection that nobody refers to any more is closed by this
    return _threads() or _children() or _descriptors(ignored_fds) or _shared_mappings()


def get_ready_to_fork(ignored_fds: frozenset[int | None], modules: Sequence[str] = ()) -> None:
    """Do here, once, what each copy would otherwise do for itself as its first thing; import these modules."""

    def prepare() -> None:
        "localhost".encode("idna")  # every server that binds a name; the codec imports its tables when it is first used
        metadata: Any = sys.modules.get("importlib.metadata")
        if metadata is not None:
            list(metadata.distributions(name="crashworthy"))  # reads and keeps the listings of all of sys.path
        orm: Any = sys.modules.get("sqlalchemy.orm")
        if orm is not None:
            orm.configure_mappers()  # done by the first query otherwise
        import_all(modules)

    if _is_harmless(prepare, ignored_fds):
        prepare()
    # Objects of before the fork are left alone by the copies' collectors, which would else write to all of their pages.
    gc.freeze()


def _is_harmless(function: Callable[[], None], ignored_fds: frozenset[int | None]) -> bool:
    """Whether a process that has called this can still be forked: tried in a child."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    status = 1
    try:
        function()
        status = int(bool(obstacles(ignored_fds)))
    finally:
        os._exit(status)


def _threads() -> str:
    others = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    if others:
        return f"it starts threads before it serves ({', '.join(others[:3])})"
    if threading.current_thread() is not threading.main_thread():
        return "it serves from a thread"
    if len(os.listdir("/proc/self/task")) > 1:
        return "a library of it starts native threads before it serves"
    return ""


def _children() -> str:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return "it starts processes before it serves" if file.read().strip() else ""
    except OSError:  # a kernel without CONFIG_PROC_CHILDREN
        return ""


def _descriptors(ignored: frozenset[int | None]) -> str:
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd in ignored or fd <= 2:
            continue
        try:
            link = os.readlink(f"/proc/self/fd/{fd}")
            mode = os.fstat(fd).st_mode
        except OSError:  # the descriptor of the listing itself
            continue
        if stat.S_ISSOCK(mode):
            trouble = _socket_trouble(fd)
        elif link.startswith("anon_inode:[event"):
            trouble = "it has an event loop before it serves"
        elif stat.S_ISREG(mode) and _is_written(fd):
            trouble = f"it holds a file open for writing before it serves ({os.path.basename(link)})"
        else:
            trouble = ""
        if trouble:
            return trouble
    return ""


def _socket_trouble(fd: int) -> str:
    with socket.socket(fileno=os.dup(fd)) as copy:
        if copy.family not in (socket.AF_INET, socket.AF_INET6) or copy.type != socket.SOCK_STREAM:
            return ""
        try:
            peer = copy.getpeername()
        except OSError:
            return "it holds a TCP socket before it serves"
        return f"it holds a connection to {peer[0]}:{peer[1]} before it serves"


def _is_written(fd: int) -> bool:
    """Opened for writing, other than for appending: appended lines find the file's end by themselves."""
    with open(f"/proc/self/fdinfo/{fd}") as file:
        flags = next(int(line.split()[1], 8) for line in file if line.startswith("flags:"))
    return flags & os.O_ACCMODE != os.O_RDONLY and not flags & os.O_APPEND


def _shared_mappings() -> str:
    with open("/proc/self/maps") as file:
        for line in file:
            parts = line.split(maxsplit=5)
            if "s" in parts[1] and "w" in parts[1] and len(parts) == 6 and parts[5].startswith("/"):
                return f"it shares memory with a file before it serves ({os.path.basename(parts[5].strip())})"
    return ""
