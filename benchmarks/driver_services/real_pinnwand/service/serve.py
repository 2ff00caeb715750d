"""pinnwand, a pastebin on Tornado: its own command, with the database in a file beside it."""

import os
import sys

os.environ.setdefault("PINNWAND_DATABASE_URI", "sqlite:///pastes.sqlite")

from pinnwand.command import main  # noqa: E402

if __name__ == "__main__":
    main(["http", *sys.argv[1:]])
