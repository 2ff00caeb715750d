"""How a Node service's package.json says that it is started."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from crashworthy.core.errors import CrashworthyError
from crashworthy.lab.service.plan import StartKind, StartPlan

_MANIFEST = "package.json"
# What builds pages and serves none of the service's own, or would start the program anew for each change.
_NO_SERVER = re.compile(r"\b(vite|webpack|react-scripts|next|ng|parcel|expo|electron|astro|nuxt)\b")


def declared_node_start(root: Path) -> StartPlan | None:
    """The script `start` as `npm start` runs it, else the file `main`; None where nothing is declared.

    Raises CrashworthyError when the packages that it needs are not installed: npm would run their own scripts.
    """
    manifest = _manifest(root)
    scripts, main = manifest.get("scripts"), manifest.get("main")
    start = scripts.get("start") if isinstance(scripts, dict) else None
    if isinstance(start, str) and start.strip() and not _NO_SERVER.search(start):
        plan = StartPlan(StartKind.COMMAND, ("npm", "start"), origin=f"{_MANIFEST} [scripts.start]")
    elif isinstance(main, str) and (root / main).is_file():
        plan = StartPlan(StartKind.COMMAND, ("node", main), origin=f"{_MANIFEST} [main]")
    else:
        return None
    needed = manifest.get("dependencies")
    missing = (
        [name for name in needed if not (root / "node_modules" / name).is_dir()] if isinstance(needed, dict) else []
    )
    if missing:
        raise CrashworthyError(
            f"{root} holds a Node service, and packages that it needs are not installed: {', '.join(missing[:5])}",
            remedy=f"install them in the folder and run again: (cd {root} && npm install)",
        )
    return plan


def _manifest(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / _MANIFEST).read_text(errors="replace"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
