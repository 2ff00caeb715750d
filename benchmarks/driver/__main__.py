"""`python benchmarks/driver`: see command.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.driver.command import main

if __name__ == "__main__":
    sys.exit(main())
