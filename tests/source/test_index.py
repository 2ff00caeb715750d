from pathlib import Path

import pytest

from crashworthy.source.files import read_folder
from crashworthy.source.index import Index
from crashworthy.source.symbols import Class, External, Function, Module, Variable


def index_of(folder: Path, files: dict[str, str]) -> Index:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Index.build(read_folder(folder).files)


PACKAGE = {
    "shop/__init__.py": "from .models import Order as Purchase\nfrom .util import *\nfrom . import api\n",
    "shop/models.py": "class Order: ...\nLIMIT = 3\n",
    "shop/util.py": "def helper(): ...\n",
    "shop/api.py": "from shop import Purchase, helper\nimport shop.models as m\nimport os.path\nagain = Purchase\n",
}


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("Purchase", Class, "shop/models.py:Order"),
        ("helper", Function, "shop/util.py:helper"),
        ("m.Order", Class, "shop/models.py:Order"),
        ("m", Module, "shop/models.py:"),
    ],
)
def test_names_are_followed_through_re_exports(tmp_path: Path, name: str, kind: type, key: str) -> None:
    index = index_of(tmp_path, PACKAGE)
    symbol = index.resolve_dotted(name, index.modules["shop/api.py"])
    assert isinstance(symbol, kind)
    assert symbol.key == key  # type: ignore[attr-defined]


def test_what_is_not_here_is_external(tmp_path: Path) -> None:
    index = index_of(tmp_path, PACKAGE)
    module = index.modules["shop/api.py"]
    assert index.resolve_dotted("os.path.join", module) == External("os.path.join")
    assert index.resolve_dotted("len", module) == External("builtins.len")
    assert index.resolve_dotted("nothing", module) is None


def test_a_name_for_a_name_has_an_origin(tmp_path: Path) -> None:
    index = index_of(tmp_path, PACKAGE)
    symbol = index.resolve_dotted("again", index.modules["shop/api.py"])
    assert isinstance(symbol, Variable)
    assert isinstance(index.origin(symbol), Class)


@pytest.mark.parametrize(
    ("files", "path", "module"),
    [
        (PACKAGE, "shop/models.py", "shop.models"),
        ({"src/app/main.py": "from app.db import x\n", "src/app/db.py": "x = 1\n"}, "src/app/db.py", "app.db"),
        ({"src/main.py": "import models\n", "src/models.py": ""}, "src/models.py", "models"),
        ({"a/__init__.py": "", "a/http.py": "import http.client\n"}, "a/http.py", "a.http"),
        ({"app/main.py": "from .db import x\n", "app/db.py": "x = 1\n"}, "app/main.py", "app.main"),
    ],
)
def test_modules_are_named_as_they_are_imported(tmp_path: Path, files: dict[str, str], path: str, module: str) -> None:
    index = index_of(tmp_path, files)
    assert index.modules[path].file.module == module


def test_imports_that_go_round_end(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"a.py": "from b import x\n", "b.py": "from a import x\n"})
    assert index.finder.imported_from(["a.py"]) == {"a.py", "b.py"}


def test_texts_that_name_modules_count_as_imports(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"a.py": "APPS = ['jobs.daily']\n", "jobs/daily.py": "", "jobs/other.py": ""})
    assert index.finder.imported_from(["a.py"]) == {"a.py", "jobs/daily.py"}
