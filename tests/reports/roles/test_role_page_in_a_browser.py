"""The role's page in a real browser: it draws, and its own policy blocks nothing that it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crashworthy.reports.roles.page import render
from crashworthy.roles.evidence import read_evidence
from crashworthy.roles.load import find_role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import assess
from roles.ledgers import History

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_draws_all_tasks_and_blocks_nothing(tmp_path: Path, scheme: str) -> None:
    history = History(tmp_path)
    for number in range(4):
        history.run(
            f"c{number}", service=f"s{number}", broke="lost-update" if number % 2 else None, days_ago=60 * number
        )
    role = find_role("backend-engineer")
    evidence = read_evidence(history.ledger, [task.id for task in role.tasks])
    page = tmp_path / "role.html"
    page.write_text(render(assess(role, evidence, shipped_prior()), shipped_prior(), {}), encoding="utf-8")
    picture = tmp_path / "role.png"
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    flags += ["--enable-logging=stderr", "--window-size=1300,1900"] + ["--force-dark-mode"] * (scheme == "dark")
    seen = subprocess.run(
        [str(BROWSER), *flags, "--dump-dom", f"--screenshot={picture}", f"{page.as_uri()}#database-queries"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert not re.search(r"Content Security Policy|Uncaught|SyntaxError", seen.stderr), seen.stderr
    for task in role.tasks:
        assert f'href="#{task.id}"' in seen.stdout
        # A link of the board opens its task, and no other.
        assert (f'id="{task.id}" open' in seen.stdout) == (task.id == "database-queries")
    assert seen.stdout.count('class="dot') == len(role.tasks)
    assert "now" in seen.stdout.partition("Score over time")[2]
