"""What belongs to somebody is found by its id alone."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from crashworthy.audit.handled import Handled, handlers
from crashworthy.audit.rule import Context, Hit, Rule, Sample
from crashworthy.weaknesses.access import OBJECT_OF_ANOTHER

_OWNED = re.compile(
    r"(?i)^(account|appointment|booking|card|cart|customer|invoice|message|note|order|patient|payment|prescription|"
    r"profile|record|reservation|statement|subscription|transfer|wallet|document|file)s?$"
)
_CALLER = re.compile(
    r"(?i)login_required|current_user|logged_in|require_(user|login)|request\.user|get_user|authorization|x-token|"
    r"Depends\((?!get_db|get_session|db\b)|session\[|authenticate"
)
_OWNER = re.compile(
    r"(?i)\bowner|\b(user|owner|customer|author|account|member|patient|tenant|org)_?id\b|user=|customer=|author=|"
    r"created_by|request\.user\b|\.user\b|\bmine\b|belongs|== *(user|name|me|caller|current)|"
    r"(user|name|me|caller)\)? *[!=]="
)
_STAFF = re.compile(r"(?i)admin|staff|superuser|role|permission|is_allowed|can_\w+|authorize\b|check_access|api_key")
_APP = """
import sqlite3
from flask import Flask, abort, request

app = Flask(__name__)
db = sqlite3.connect("shop.db")

def logged_in():
    return request.headers.get("Authorization") or abort(401)
"""


class ObjectByIdAlone(Rule):
    """A handler asks who is calling and finds an order, a note or the like by the id of the path, and by nothing else.

    Left alone: whatever speaks of an owner, of rights or of staff on the way, and things that are there for all.
    """

    id = "object-by-id-alone"
    weakness = OBJECT_OF_ANOTHER
    firing = (
        Sample(
            "an order",
            {
                "app.py": _APP
                + """
@app.get("/orders/<int:order>")
def show(order):
    logged_in()
    found = db.execute("SELECT total FROM orders WHERE id = ?", (order,)).fetchone()
    return {"total": found[0]} if found else abort(404)
"""
            },
        ),
    )
    quiet = (
        Sample("one's own order", {"app.py": _APP + """
@app.get("/orders/<int:order>")
def show(order):
    user = logged_in()
    found = db.execute("SELECT total FROM orders WHERE id = ? AND user_id = ?", (order, user)).fetchone()
    return {"total": found[0]} if found else abort(404)
"""}),
        Sample("a product", {"app.py": _APP + """
@app.get("/products/<int:product>")
def show(product):
    logged_in()
    found = db.execute("SELECT price FROM products WHERE id = ?", (product,)).fetchone()
    return {"price": found[0]} if found else abort(404)
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Handlers that know who calls and do not care."""
        every = list(handlers(context))
        # Where the list is everybody's, so is each of its entries.
        shared = {each.route.path for each in every if each.route.method == "GET" and not _OWNER.search(_finding(each))}
        for handled in every:
            kept_apart = handled.route.path.rpartition("/")[0] not in shared
            if not kept_apart or not _names_owned(handled) or not _CALLER.search(handled.all):
                continue
            if not _OWNER.search(_finding(handled)) and not _STAFF.search(handled.all):
                yield handled.suspected("it is found by its id alone, whoever asks")


def _names_owned(handled: Handled) -> bool:
    parts = handled.route.path.strip("/").split("/")
    pairs = itertools.pairwise(parts)
    return any(_OWNED.match(before) and part.startswith("{") for before, part in pairs)


def _finding(handled: Handled) -> str:
    """The statements that may find the object: the handler's, and those of what is given its id.

    Decorators, parameters and functions without any say who may call, not whose the thing is.
    """
    ids = {part.strip("{}") for part in handled.route.path.split("/") if part.startswith("{")}
    given = [each for each in handled.around if ids & {argument.arg for argument in each.node.args.args}]
    return "\n".join(ast.unparse(line) for each in (handled.function, *given) for line in each.node.body)
