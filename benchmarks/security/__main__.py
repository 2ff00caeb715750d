"""`python benchmarks/security`: see command.py."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / part) for part in ("", "tests")]

from benchmarks.security.command import main  # noqa: E402 - after the path

if __name__ == "__main__":
    sys.exit(main())
