from __future__ import annotations

from pathlib import Path

from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.source.parse import parse_folder
from crashworthy.source.reaching import with_operations

SERVICE = """
from flask import Flask
app = Flask(__name__)

def charge(amount):
    return amount

def pay(item):
    return charge(item)

@app.get("/items/<item>")
def show(item):
    return load(item)

def load(item):
    return item

for path in ("/pay", "/pay-again"):
    app.add_url_rule(path, path, pay)
"""


def place(symbol: str) -> Location:
    return Location(file="app.py", line=1, symbol=symbol)


def test_functions_are_reached_by_operations_that_only_the_running_service_has(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SERVICE)
    tree = parse_folder(tmp_path)
    found = (
        Operation(method="GET", path="/again", handler=place("pay")),
        Operation(method="GET", path="/items/{item_id}", handler=place("show")),
        Operation(method="GET", path="/unknown"),
    )
    told = with_operations(tree, found)
    assert "GET /again" in told.operations_reaching(place("charge"))
    assert told.operations_reaching(place("load")) == ("GET /items/{item_id}", "GET /items/{item}")
    assert with_operations(tree, tree.operations) is tree
