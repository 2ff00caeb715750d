"""Commands are imported when they are called, and each is where the table says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_group

from crashworthy.interfaces.cli.commands import MODULES
from crashworthy.interfaces.cli.main import app


@pytest.mark.parametrize("name", MODULES)
def test_each_command_is_found_in_its_module(name: str) -> None:
    command: Any = get_group(app).get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == name


def test_an_unknown_command_is_none() -> None:
    assert get_group(app).get_command(None, "nothing-of-ours") is None  # type: ignore[arg-type]


def test_the_audit_does_not_wait_for_the_lab_or_the_ledger() -> None:
    program = (
        "import sys; from crashworthy.interfaces.cli.main import app;"
        "from typer.main import get_group; get_group(app).get_command(None, 'audit');"
        "print([name for name in ('sqlalchemy', 'alembic', 'psycopg', 'cryptography') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
