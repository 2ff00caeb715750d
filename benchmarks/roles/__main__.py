"""`python benchmarks/roles`: see command.py."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests")]

from benchmarks.roles.command import main  # noqa: E402 - after the path

if __name__ == "__main__":
    main()
