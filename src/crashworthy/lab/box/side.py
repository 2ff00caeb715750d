"""A box within the box: a second copy of the service beside the first must not meet it on a port or in /tmp."""

from __future__ import annotations

import os
from pathlib import Path

from crashworthy.lab.box import linux
from crashworthy.lab.box.enter import INSIDE_ID, replace_tmp

_SHARED_MEMORY = "/dev/shm"  # noqa: S108


def enter_side_box(private_tmp: Path) -> None:
    """Give this process, which is in the box, a loopback, a /tmp and shared memory of its own.

    For a forked child that has no threads yet. What of /tmp the box keeps visible stays so. OSError where the system
    allows no box within a box.
    """
    linux.keep_to_itself(False)  # who keeps to himself cannot write his own maps of ids either
    uid, gid = os.getuid(), os.getgid()
    linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNET | linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
    linux.map_identity(uid, gid, INSIDE_ID)
    linux.keep_to_itself()
    linux.bring_loopback_up()
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
    replace_tmp(private_tmp, linux.mounts_below("/tmp"))  # noqa: S108
    if Path(_SHARED_MEMORY).is_dir():
        linux.mount("tmpfs", _SHARED_MEMORY, "tmpfs", 0)
