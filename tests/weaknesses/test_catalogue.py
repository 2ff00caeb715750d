import pkgutil

import pytest

from crashworthy import weaknesses
from crashworthy.core.weakness import Family, Weakness
from crashworthy.weaknesses.catalogue import CATALOGUE


@pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)
def test_an_entry_says_what_it_costs_and_whose_work_it_is(weakness: Weakness) -> None:
    assert weakness.cost.endswith(".")
    assert weakness.tasks
    assert not weakness.title.endswith(".")
    # A title names the fault: what should be done instead is no business of it.
    assert not {"add", "use", "missing", "should"} & set(weakness.title.lower().split())


def test_each_family_has_a_file_of_its_own() -> None:
    files = {module.name for module in pkgutil.iter_modules(weaknesses.__path__)} - {"catalogue"}
    assert files == {str(family) for family in Family}


def test_entries_stand_under_their_own_id() -> None:
    assert all(name == weakness.id for name, weakness in CATALOGUE.items())
