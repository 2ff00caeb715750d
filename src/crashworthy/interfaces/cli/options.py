"""Reads the options that several commands share."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.weaknesses.catalogue import CATALOGUE


def weaknesses_named(names: Sequence[str]) -> frozenset[str]:
    """Ids of weaknesses; an unknown one is an error that names the nearest."""
    for name in names:
        if name not in CATALOGUE:
            near = difflib.get_close_matches(name, CATALOGUE, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise CrashworthyError(
                f"there is no weakness called {name!r}", remedy=f"{hint}Known are: {', '.join(sorted(CATALOGUE))}."
            )
    return frozenset(names)


def variables_given(pairs: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE`, or `NAME` to pass on the caller's own value."""
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name:
            raise CrashworthyError(f"--env {pair!r} names no variable", remedy="Write --env NAME=VALUE or --env NAME.")
        if not equals:
            if name not in os.environ:
                raise CrashworthyError(f"--env {name}: there is no variable {name} in your environment to pass on")
            value = os.environ[name]
        given[name] = value
    return given


def recordings_given(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files of recorded requests, each read once, so that a mistake in one is told before anything is started."""
    # Needed for this option alone, and not quick to import.
    from crashworthy.lab.traffic.lessons.gather import read_recording

    for path in paths:
        read_recording(path)
    return tuple(path.resolve() for path in paths)


def service_folder(path: Path) -> Path:
    """The service's folder, or an error that says what is wrong with it."""
    if not path.exists():
        raise CrashworthyError(f"{path} does not exist", remedy="Give the folder that holds the service's source.")
    if not path.is_dir():
        raise CrashworthyError(f"{path} is a file", remedy=f"Give its folder: {path.parent}")
    return path.resolve()


def seed_or_random(seed: int | None) -> int:
    """The given seed, or a new one; it is in the report, so that the plan can be had again."""
    return seed if seed is not None else int.from_bytes(os.urandom(4), "big")


def usual_jobs() -> int:
    """Copies of the service to experiment on side by side: a second one uses the time that the first only waits."""
    return min(2, os.cpu_count() or 1)
