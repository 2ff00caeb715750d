"""What of the standard library and its packages a service imports, done once for many copies of it.

Of a start most of the time goes there. The service's own modules run in each copy, as they do at any start.
"""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
from collections.abc import Iterable

# These change other modules as they are imported, or want something of the service before they are.
_NOT_BEFOREHAND = frozenset({"gevent", "eventlet", "django"})
_OWN = ("crashworthy", "__main__")


def imported() -> list[str]:
    """Names in the order in which they were imported; none where importing them beforehand would not be the same."""
    if _NOT_BEFOREHAND & sys.modules.keys():
        return []
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    roots = tuple(os.path.realpath(folder) + os.sep for folder in folders if folder)
    found = []
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        is_library = isinstance(origin, str) and os.path.realpath(origin).startswith(roots)
        # A module may stand under a second name, by which nobody finds it.
        if is_library and spec is not None and spec.name == name and not name.startswith(_OWN):
            found.append(name)
    return found


def import_all(names: Iterable[str]) -> None:
    """Import what can be; what cannot be without the service will be when that wants it."""
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: S112
            continue
