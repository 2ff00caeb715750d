"""A test that was written for a proof fails on the example while the defect is there, and passes once it is mended.

REPEATS=20 pytest tests/interfaces/cli/test_mended_example.py counts what the suite only samples.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

REPEATS = int(os.environ.get("REPEATS", "2"))
EXAMPLE = Path(__file__).parents[3] / "examples" / "shop_fastapi"
OPERATION = "POST /products/{product_id}/stock"

DEFECT = """\
    product = get_or_404(db, Product, product_id)
    if product.stock + body.delta < 0:
        raise HTTPException(status_code=400, detail="Stock cannot be negative")
    product.stock += body.delta
    db.commit()
"""
MEND = """\
    product = get_or_404(db, Product, product_id)
    changed = db.query(Product).filter(Product.id == product_id, Product.stock + body.delta >= 0).update(
        {Product.stock: Product.stock + body.delta}, synchronize_session=False
    )
    db.commit()
    if not changed:
        raise HTTPException(status_code=400, detail="Stock cannot be negative")
    db.refresh(product)
"""


def failures(test: Path, service: Path) -> int:
    """How many of the repeated runs of the test fail on the service."""
    failed = 0
    for _ in range(REPEATS):
        outcome = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
            env={**os.environ, "CRASHWORTHY_SERVICE": str(service)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode in (0, 1), outcome.stdout + outcome.stderr
        failed += outcome.returncode
    return failed


def test_the_written_test_tells_the_defect_from_its_mend(crash_test: Any, tmp_path: Path) -> None:
    sick, mended = tmp_path / "sick", tmp_path / "mended"
    for folder in (sick, mended):
        shutil.copytree(EXAMPLE, folder)
    source = (mended / "main.py").read_text()
    assert source.count(DEFECT) == 1
    (mended / "main.py").write_text(source.replace(DEFECT, MEND))

    outcome = crash_test(sick, "--only", "lost-update", "--tests", str(tmp_path / "tests"), budget=25)
    proven = [finding for finding in outcome.report["findings"] if finding["status"] == "proven"]
    assert OPERATION in [finding["operation"] for finding in proven], outcome.out
    (test,) = (tmp_path / "tests").glob("test_*products_stock_requests*.py")

    before, after = failures(test, sick), failures(test, mended)
    print(f"\n{test.name}: fails {before} of {REPEATS} before, passes {REPEATS - after} of {REPEATS} after the mend")
    assert before >= 0.95 * REPEATS
    assert after == 0
