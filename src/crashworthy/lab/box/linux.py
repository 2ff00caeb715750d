"""The few Linux system calls that the box needs and the standard library of Python 3.11 does not offer.

Sources: unshare(2), user_namespaces(7), mount(2), mount_setattr(2), prctl(2), netdevice(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 1 << 18

_MNT_DETACH = 2
_MOUNT_SETATTR = 442  # the same number on every architecture since Linux 5.12
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 0x1

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_ACCEPTS_CONNECTIONS = 0x10000  # __SO_ACCEPTCON, in the flags of /proc/net/unix
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
_IFF_RUNNING = 0x40


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Move this process into new namespaces. OSError where the system does not allow it."""
    _check(_libc.unshare(flags), "unshare")


def map_identity(outside_uid: int, outside_gid: int, inside: int) -> None:
    """Let the caller's ids appear as `inside` in the new user namespace."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside} {outside_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {outside_gid} 1")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """mount(2)."""
    encoded = [text.encode() if text is not None else None for text in (source, target, kind, options)]
    _check(_libc.mount(encoded[0], encoded[1], encoded[2], flags, encoded[3]), f"mount {target}")


def unmount(target: str) -> None:
    """umount2(2), at once: what is open there goes on until it is closed."""
    _check(_libc.umount2(target.encode(), _MNT_DETACH), f"umount {target}")


def set_read_only(path: str, *, read_only: bool, recursive: bool) -> None:
    """Make the mount at `path` (and those below it) read-only, or writable again."""
    attributes = _MountAttributes()
    if read_only:
        attributes.set = _MOUNT_ATTR_RDONLY
    else:
        attributes.clear = _MOUNT_ATTR_RDONLY
    result = _libc.syscall(
        _MOUNT_SETATTR,
        _AT_FDCWD,
        path.encode(),
        _AT_RECURSIVE if recursive else 0,
        ctypes.byref(attributes),
        ctypes.sizeof(attributes),
    )
    _check(result, f"mount_setattr {path}")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this signal to the process when its parent ends, however it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")


def keep_to_itself(closed: bool = True) -> None:
    """Close this process's memory and environment to other processes of the same user, or open them again."""
    if sys.platform == "linux":
        _check(_libc.prctl(_PR_SET_DUMPABLE, 0 if closed else 1, 0, 0, 0), "prctl")


def mounts_below(folder: str) -> tuple[str, ...]:
    """Where something is mounted below the folder in this mount namespace, by proc_pid_mountinfo(5)."""
    lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    places = (re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split()[4]) for line in lines)
    return tuple(place for place in dict.fromkeys(places) if place.startswith(f"{folder}/"))


def unix_servers() -> tuple[str, ...]:
    """The files of the Unix sockets on which somebody listens in this network namespace."""
    found = []
    for line in Path("/proc/net/unix").read_text(errors="surrogateescape").splitlines()[1:]:
        fields = line.split(None, 7)  # see unix(7) and proc_net(5): the flags are the fourth field, the path the last
        if len(fields) == 8 and fields[7].startswith("/") and int(fields[3], 16) & _ACCEPTS_CONNECTIONS:
            found.append(fields[7])
    return tuple(dict.fromkeys(found))


def bring_loopback_up() -> None:
    """Switch on `lo` in a new network namespace, where it starts switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", _IFF_UP | _IFF_RUNNING)
        fcntl.ioctl(control.fileno(), _SIOCSIFFLAGS, request)
