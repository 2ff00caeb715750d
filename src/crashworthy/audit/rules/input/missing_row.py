"""What a query finds is used as if there were always something to find."""

# The SQL stands in samples.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import NoRow
from crashworthy.weaknesses.input import CRASH_ON_INPUT

_APP = """
import sqlite3
from flask import Flask, abort, request

app = Flask(__name__)

def one(sql, *params):
    return sqlite3.connect("shop.db").execute(sql, params).fetchone()
"""
_DJANGO = {
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\nimport django\n',
    "shop/settings.py": 'ROOT_URLCONF = "shop.urls"\n',
    "shop/models.py": "from django.db import models\n\nclass Item(models.Model):\n"
    "    name = models.CharField(max_length=10)\n",
    "shop/urls.py": "from django.urls import path\nfrom . import views\n"
    'urlpatterns = [path("items/<int:pk>", views.show)]\n',
}


class MissingRow(Rule):
    """`.first()`, `fetchone()` or `session.get()` by something out of the request, used without asking for None.

    Also Django's `objects.get(...)` and SQLAlchemy's `.one()`, which raise, where nothing handles it. Left alone: rows
    that were checked, helpers that answer 404 themselves, aggregates (they always yield a row), and rows found by
    something that the service itself made.
    """

    id = "missing-row"
    weakness = CRASH_ON_INPUT
    firing = (
        Sample("a row by the id in the path", {"app.py": _APP + """
@app.get("/items/<int:item>")
def show(item):
    row = one("SELECT name FROM items WHERE id = ?", item)
    return {"name": row["name"]}
"""}),
        Sample("Django raises", _DJANGO | {"shop/views.py": """
from django.http import JsonResponse
from .models import Item

def show(request, pk):
    return JsonResponse({"name": Item.objects.get(pk=pk).name})
"""}),
    )  # fmt: skip
    quiet = (
        Sample("asked for None", {"app.py": _APP + """
@app.get("/items/<int:item>")
def show(item):
    row = one("SELECT name FROM items WHERE id = ?", item)
    if row is None:
        abort(404)
    return {"name": row["name"]}
"""}),
        Sample("an aggregate", {"app.py": _APP + """
@app.get("/items/<int:item>/count")
def count(item):
    return {"count": one("SELECT COUNT(*) AS n FROM items WHERE id = ?", item)["n"]}
"""}),
        Sample("the row that was just inserted", {"app.py": _APP + """
@app.post("/items")
def create():
    cursor = sqlite3.connect("shop.db").execute("INSERT INTO items (name) VALUES (?)", (request.form["name"],))
    return {"name": one("SELECT name FROM items WHERE id = ?", cursor.lastrowid)["name"]}
"""}),
        Sample("handled, or left to a helper", _DJANGO | {"shop/views.py": """
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from .models import Item

def show(request, pk):
    try:
        first = Item.objects.get(pk=pk).name
    except Item.DoesNotExist:
        return JsonResponse({}, status=404)
    return JsonResponse({"name": get_object_or_404(Item, pk=pk).name, "first": first})
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Rows that may not be there."""
        for run in context.runs:
            for event in run.events:
                if (
                    isinstance(event, NoRow)
                    and event.row.by_input
                    and event.row.table
                    and not event.is_caught(event.error)
                ):
                    message = f'a row of "{event.row.table}" is used without asking whether it was found'
                    yield Hit(event.node, event.scope, message, operations_of(run))
