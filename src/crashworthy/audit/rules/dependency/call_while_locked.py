"""A call to another system while rows or locks are held that other requests need."""

# The SQL stands in samples.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Called
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

_APP = """
import sqlite3
import threading
import requests
from flask import Flask

app = Flask(__name__)
lock = threading.Lock()

def connect():
    return sqlite3.connect("shop.db")

def charge():
    return requests.post("https://pay.example.com/charges", timeout=5)
"""


class CallWhileLocked(Rule):
    """An outbound call between taking a lock (of the database or the program) and giving it back.

    However short its timeout, everybody who needs the lock waits as long as the other side takes: one slow answer
    becomes many. Left alone: calls before the lock is taken or after it is given back, and plain reads, which in
    most databases keep nobody out.
    """

    id = "call-while-locked"
    weakness = HELD_BY_SLOW_DEPENDENCY
    firing = (
        Sample("within the write transaction", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = 1")
    charge()
    db.commit()
    return {}
"""}),
        Sample("after an insert that is not committed", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("INSERT INTO orders (state) VALUES ('new')")
    charge()
    db.commit()
    return {}
"""}),
        Sample("while a mutex is held", {"app.py": _APP + """
@app.post("/orders")
def order():
    with lock:
        charge()
    return {}
"""}),
        Sample("after a row was locked, Django", {
            "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\nimport django\n',
            "shop/settings.py": 'ROOT_URLCONF = "shop.urls"\n',
            "shop/models.py": "from django.db import models\n\nclass Seat(models.Model):\n"
            "    taken = models.BooleanField(default=False)\n",
            "shop/urls.py": "from django.urls import path\nfrom . import views\n"
            'urlpatterns = [path("seats/<int:pk>", views.take)]\n',
            "shop/views.py": """
import requests
from django.db import transaction
from django.http import JsonResponse
from .models import Seat

def take(request, pk):
    with transaction.atomic():
        seat = Seat.objects.select_for_update().get(pk=pk)
        seat.taken = True
        seat.save()
        requests.post("https://mail.example.com", timeout=10)
    return JsonResponse({})
""",
        }),
    )  # fmt: skip
    quiet = (
        Sample("after the commit", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = 1")
    db.commit()
    charge()
    return {}
"""}),
        Sample("before the transaction", {"app.py": _APP + """
@app.post("/orders")
def order():
    charge()
    with connect() as db:
        db.execute("INSERT INTO orders (state) VALUES ('paid')")
    return {}
"""}),
        Sample("the mutex is free again", {"app.py": _APP + """
@app.post("/orders")
def order():
    with lock:
        number = 1
    charge()
    return {"number": number}
"""}),
        Sample("only reads came before", {"app.py": _APP + """
@app.post("/orders")
def order():
    item = connect().execute("SELECT * FROM items WHERE id = 1").fetchone()
    charge()
    return {"item": item[0]}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """Outbound calls made while something is held."""
        for run in context.runs:
            for event in run.events:
                if isinstance(event, Called) and event.holds:
                    message = f"a call to another system is made while {event.holds}"
                    yield Hit(event.node, event.scope, message, operations_of(run))
