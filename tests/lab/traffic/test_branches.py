"""Which blocks are worth entering, and what their conditions speak of."""

from __future__ import annotations

from crashworthy.lab.traffic.branches import find_branches, read_vocabulary
from crashworthy.source.parse import parse_folder

SOURCE = """
from flask import Flask, request
app = Flask(__name__)
store = {}

@app.post("/parcels")
def send():
    data = request.get_json()
    weight = data.get("weight_g", 1)
    if weight <= 0:
        return {"error": "weight_g must be positive"}, 400
    heavy = weight > 5000
    if heavy:
        store["surcharge"] = 5
    else:
        store["plain"] = 1
    return {"id": 1}, 201
"""


def test_refusals_are_no_branches_and_conditions_are_followed_to_inputs(tmp_path) -> None:
    (tmp_path / "app.py").write_text(SOURCE)
    tree = parse_folder(tmp_path)
    branches = find_branches(tree)
    assert [(each.file, each.first) for each in branches] == [("app.py", 14), ("app.py", 16)]
    assert "weight_g" in branches[0].guard
    assert branches[0].operations == ("POST /parcels",)
    assert branches[0].is_covered({("app.py", 14)})
    assert not branches[0].is_covered({("app.py", 16)})


def test_words_that_few_operations_use_weigh_more(tmp_path) -> None:
    more = '\n\n@app.get("/parcels")\ndef listed():\n    return store\n'
    (tmp_path / "app.py").write_text(SOURCE + more)
    vocabulary = read_vocabulary(parse_folder(tmp_path))
    said = frozenset({"store", "surcharge"})
    assert vocabulary.shared("POST /parcels", said) > vocabulary.shared("GET /parcels", said) > 0


def test_a_tree_by_hand_has_none(tree_of) -> None:
    assert find_branches(tree_of(SOURCE)) == ()
