import re
import tomllib
from pathlib import Path

import pytest

from crashworthy.audit.pages import guide, page, pages
from crashworthy.audit.registry import all_rules
from crashworthy.constraints.model import Constraints
from crashworthy.core.weakness import Weakness
from crashworthy.weaknesses.catalogue import CATALOGUE

DOCS = Path(__file__).parents[2] / "docs" / "weaknesses"

each_weakness = pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)


def test_pages_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written == pages(), "run: python -m crashworthy.audit.pages docs/weaknesses"


@each_weakness
def test_a_page_has_all_parts_in_their_order(weakness: Weakness) -> None:
    text = re.sub(r"```.*?```", "", page(weakness), flags=re.DOTALL)
    headings = re.findall(r"^##? .+$", text, re.MULTILINE)
    assert headings[0] == f"# {weakness.title}"
    assert [each for each in headings[1:] if each != "## Read on"] == [
        "## How it is suspected",
        "## How it is proven",
        "## How to mend it",
        "## If it has to stay",
    ]
    assert page(weakness).count("```") % 2 == 0
    assert guide(weakness) in page(weakness)


@each_weakness
def test_a_page_names_every_rule_that_suspects_it(weakness: Weakness) -> None:
    rules = [rule.id for rule in all_rules() if rule.weakness.id == weakness.id]
    assert re.findall(r"^### (.+)$", page(weakness), re.MULTILINE) == rules


@each_weakness
def test_what_a_page_says_for_crashworthy_toml_is_valid_there(weakness: Weakness) -> None:
    block = re.search(r"```toml\n(.*?)```", page(weakness), re.DOTALL)
    assert block is not None
    constraints = Constraints.model_validate(tomllib.loads(block[1]))
    assert [each.weakness for each in constraints.accept] == [weakness.id]


def test_the_index_lists_each_weakness_once_under_its_family() -> None:
    index = pages()["README.md"]
    for weakness in CATALOGUE.values():
        assert index.count(f"({weakness.id}.md)") == 1
        of_family = index.split(f"## {weakness.family.value.capitalize()}\n")[1].split("\n## ")[0]
        assert f"({weakness.id}.md)" in of_family
