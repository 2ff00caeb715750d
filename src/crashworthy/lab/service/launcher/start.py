"""The file that the service's interpreter runs: `python start.py CONTROL_FD`.

Its folder is the first entry of sys.path, which makes the launcher importable; the launcher takes the entry
away before anything of the service is imported.
"""

import sys

from crashworthy_launcher.run import main  # type: ignore[import-not-found]

main(int(sys.argv[1]))
