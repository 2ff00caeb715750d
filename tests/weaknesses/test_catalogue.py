import importlib
import pkgutil
import re

import pytest

from crashworthy import weaknesses
from crashworthy.core.weakness import Family, Weakness
from crashworthy.weaknesses.catalogue import CATALOGUE, DESCRIPTIONS
from crashworthy.weaknesses.snippets import snippets_of


@pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)
def test_an_entry_says_what_it_costs_and_whose_work_it_is(weakness: Weakness) -> None:
    assert weakness.cost.endswith(".")
    assert weakness.tasks
    assert not weakness.title.endswith(".")
    # A title names the fault: what should be done instead is no business of it.
    assert not {"add", "use", "missing", "should"} & set(weakness.title.lower().split())


@pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)
def test_an_entry_says_what_proves_it_and_how_it_is_mended(weakness: Weakness) -> None:
    where = f"in the entry of {weakness.id}; CONTRIBUTING.md, 'A weakness', says what belongs there"
    assert weakness.proven_by.endswith("."), f"proven_by is missing {where}"
    assert len(weakness.proven_by) <= 600, f"proven_by should be one or two sentences {where}"
    assert weakness.mend.endswith("."), f"mend is missing {where}"
    assert 2 <= len(re.split(r"(?<=[.:]) (?=[A-Z`])", weakness.mend)) <= 6, (
        f"mend should be two to five sentences {where}"
    )
    # Reports show it at each proof, on one line or two.
    assert 20 <= len(weakness.mend_in_short) <= 180, f"mend should begin with a short instruction {where}"
    assert weakness.mend_in_short.count("`") % 2 == 0, f"the first sentence of mend ends too early {where}"
    assert weakness.references or weakness.cwe, f"nothing to read on {where}"


@pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)
def test_an_entry_has_both_snippets(weakness: Weakness) -> None:
    name = weakness.id.replace("-", "_")
    files = f"src/crashworthy/weaknesses/snippets/{name}_sick.py and {name}_mended.py"
    assert snippets_of(weakness.id) is not None, f"write {files}: a tiny service that has it, and the same mended"


def test_each_family_has_a_file_of_its_own() -> None:
    files = {module.name for module in pkgutil.iter_modules(weaknesses.__path__)} - {
        "catalogue",
        "references",
        "snippets",
    }
    assert files >= {str(family) for family in Family}
    # A large family has more files than one; no file has two families.
    of_files = {name: importlib.import_module(f"{weaknesses.__name__}.{name}").WEAKNESSES for name in files}
    assert all(len({each.family for each in listed}) == 1 for listed in of_files.values())
    assert sum(map(len, of_files.values())) == len(CATALOGUE)


def test_each_family_is_described_in_a_sentence() -> None:
    assert set(DESCRIPTIONS) == set(Family)
    assert all(text.startswith("Weaknesses ") and text.endswith(".") for text in DESCRIPTIONS.values())


def test_entries_stand_under_their_own_id() -> None:
    assert all(name == weakness.id for name, weakness in CATALOGUE.items())
