from pathlib import Path

from crashworthy.audit.pages import pages

DOCS = Path(__file__).parents[2] / "docs" / "weaknesses"


def test_pages_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written == pages(), "run: python -m crashworthy.audit.pages docs/weaknesses"
