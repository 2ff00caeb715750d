"""What says whose code it is goes, what breaks stays."""

from __future__ import annotations

import ast

from crashworthy.roles.anonymous import anonymous, words_of_business
from crashworthy.roles.excerpt import MOST_LINES, excerpt

CODE = '''
from models import Voucher

API_KEY = "sk-live-1234"


@app.post("/vouchers/{voucher_id}/redeem")
def redeem_voucher(voucher_id):
    """Redeem at Acme GmbH, see https://wiki.acme.example/vouchers."""
    # Anna says this is fine
    row = db.execute("SELECT * FROM giftcards WHERE id = ?", (voucher_id,)).fetchone()
    mail("anna@acme.example", row)
    return {"vouchers": [row]}
'''
PATHS = ("/vouchers/{voucher_id}/redeem", "/users")


def test_words_of_the_business_become_the_same_noun_everywhere() -> None:
    words = words_of_business(PATHS, CODE, "acme-vouchers")
    text = anonymous(CODE, words)
    for word in ("oucher", "iftcard", "acme", "Acme", "anna@", "redeem", "sk-live"):
        assert word not in text.replace("# Anna", "")
    assert text.lower().count("parcel") == CODE.lower().count("voucher")
    ast.parse(text)


def test_the_language_and_what_every_service_has_stay() -> None:
    words = words_of_business(("/returns", "/users/{id}", "/imports/class"), "", "shop")
    assert words == ()
    assert anonymous("return users", words) == "return users"


def test_imports_are_no_tables() -> None:
    assert "model" not in words_of_business((), "from models import x\n", "shop")


def test_credentials_in_bodies_do_not_stay() -> None:
    assert "hunter2" not in anonymous('{"name": "x", "password": "hunter2"}', ())


def test_an_excerpt_is_the_function_without_comments() -> None:
    text = excerpt(CODE, 10)
    assert text is not None
    assert text.startswith("@app.post")
    assert "Anna" not in text
    assert "Acme" not in text
    assert excerpt(CODE, 2) is None
    assert excerpt("not python ][", 1) is None


def test_a_long_function_keeps_what_its_line_touches() -> None:
    filler = "\n".join(f"    other{number} = {number}" for number in range(2 * MOST_LINES))
    source = f"def change(store, key):\n    row = store[key]\n{filler}\n    store[key] = row + 1\n    return row\n"
    text = excerpt(source, source.count("\n") - 1)
    assert text is not None
    assert len(text.splitlines()) < 10
    assert "row = store[key]" in text
    assert "other7" not in text
