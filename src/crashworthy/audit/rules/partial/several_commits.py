"""One request changes several tables in transactions of their own."""

# The SQL stands in samples.
# ruff: noqa: S608
from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.audit.rule import Context, Hit, Rule, Sample, operations_of
from crashworthy.source.flow.events import Committed, Event, Insert, Write
from crashworthy.weaknesses.partial import HALF_DONE

_APP = """
import sqlite3
from flask import Flask

app = Flask(__name__)

def connect():
    return sqlite3.connect("shop.db")
"""
_ASIDE = re.compile(r"log|audit|event|history|notification|session|token|outbox|metric|visit", re.IGNORECASE)
_BLOCK = re.compile(r"\btransaction\(|\batomic\b")
_AT_ONCE = re.compile(r"\bautocommit\s*=\s*True|\bisolation_level\s*=\s*(None|[\"']AUTOCOMMIT)")


def _django(views: str) -> dict[str, str]:
    return {
        "manage.py": 'import os\nimport django\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
        "shop/settings.py": 'ROOT_URLCONF = "shop.urls"\n',
        "shop/models.py": "from django.db import models\n\nclass Voucher(models.Model):\n"
        "    cents = models.IntegerField()\n    used = models.BooleanField(default=False)\n\n"
        "class Entry(models.Model):\n    cents = models.IntegerField()\n",
        "shop/urls.py": "from django.urls import path\nfrom . import views\n"
        'urlpatterns = [path("vouchers/<int:pk>/redeem", views.redeem)]\n',
        "shop/views.py": "from django.db import transaction\nfrom django.http import JsonResponse\n"
        "from .models import Entry, Voucher\n" + views,
    }


class SeveralCommits(Rule):
    """A table is changed, that is committed, and then another table is changed.

    Whoever is interrupted in between, by an error or by its end, leaves a half. Left alone: what notes that something
    happened (logs, sessions, outboxes), and a row that is added as pending first and completed afterwards.
    """

    id = "several-commits"
    weakness = HALF_DONE
    firing = (
        Sample("a voucher is used up, and credited in another transaction", {"app.py": _APP + """
@app.post("/vouchers/<int:voucher>/redeem")
def redeem(voucher):
    db = connect()
    db.execute("UPDATE vouchers SET used = 1 WHERE id = ?", (voucher,))
    db.commit()
    db.execute("UPDATE wallets SET cents = cents + 500 WHERE id = 1")
    db.commit()
    return {}
"""}),
        Sample("a function commits by itself", {"app.py": _APP + """
def take(db, item):
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = ?", (item,))
    db.commit()

@app.post("/items/<int:item>/buy")
def buy(item):
    db = connect()
    take(db, item)
    db.execute("INSERT INTO orders (item) VALUES (?)", (item,))
    db.commit()
    return {}
"""}),
        Sample("each statement by itself", {"app.py": """
import psycopg
from flask import Flask

app = Flask(__name__)

@app.post("/items/<int:item>/buy")
def buy(item):
    with psycopg.connect("dbname=shop", autocommit=True) as db:
        db.execute("UPDATE items SET stock = stock - 1 WHERE id = %s", (item,))
        db.execute("INSERT INTO orders (item) VALUES (%s)", (item,))
    return {}
"""}),
        Sample("Django, each object by itself", _django("""
def redeem(request, pk):
    voucher = Voucher.objects.get(pk=pk)
    voucher.used = True
    voucher.save()
    Entry.objects.create(cents=voucher.cents)
    return JsonResponse({})
""")),
    )  # fmt: skip
    quiet = (
        Sample("Django, within a block", _django("""
@transaction.atomic
def redeem(request, pk):
    voucher = Voucher.objects.get(pk=pk)
    voucher.used = True
    voucher.save()
    Entry.objects.create(cents=voucher.cents)
    return JsonResponse({})
""")),
        Sample("one transaction", {"app.py": _APP + """
@app.post("/items/<int:item>/buy")
def buy(item):
    db = connect()
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = ?", (item,))
    db.execute("INSERT INTO orders (item) VALUES (?)", (item,))
    db.commit()
    return {}
"""}),
        Sample("pending first", {"app.py": _APP + """
@app.post("/orders")
def order():
    db = connect()
    db.execute("INSERT INTO orders (state) VALUES ('pending')")
    db.commit()
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = 1")
    db.execute("UPDATE orders SET state = 'placed' WHERE id = 1")
    db.commit()
    return {}
"""}),
        Sample("a log", {"app.py": _APP + """
@app.post("/items/<int:item>/buy")
def buy(item):
    db = connect()
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = ?", (item,))
    db.commit()
    db.execute("INSERT INTO audit_log (what) VALUES ('bought')")
    db.commit()
    return {}
"""}),
        Sample("rolled back, and begun anew", {"app.py": _APP + """
@app.post("/items/<int:item>/buy")
def buy(item):
    db = connect()
    db.execute("UPDATE items SET stock = stock - 1 WHERE id = ?", (item,))
    db.rollback()
    db.execute("INSERT INTO orders (item) VALUES (?)", (item,))
    db.commit()
    return {}
"""}),
        Sample("a block for both, with statements by themselves elsewhere", {"app.py": """
import psycopg
from flask import Flask

app = Flask(__name__)

@app.post("/items/<int:item>/buy")
def buy(item):
    with psycopg.connect("dbname=shop", autocommit=True) as db:
        with db.transaction():
            db.execute("UPDATE items SET stock = stock - 1 WHERE id = %s", (item,))
            db.execute("INSERT INTO orders (item) VALUES (%s)", (item,))
    return {}
"""}),
    )  # fmt: skip

    def find(self, context: Context) -> Iterator[Hit]:
        """The first change of another table after a commit."""
        texts = [module.file.text for module in context.analysis.index.service_modules]
        # Django commits each statement where nobody asks for more.
        django = "django" in context.tree.imports and not any("ATOMIC_REQUESTS" in text for text in texts)
        for run in context.runs:
            text = run.function.file.text
            each = (django or bool(_AT_ONCE.search(text))) and not _BLOCK.search(text)
            parts = _transactions(run.events, each=each)
            if len(parts) < 2:
                continue
            first = {event.table for event in parts[0]}
            later = [event for part in parts[1:] for event in part]
            pending = first & {event.table for event in later if isinstance(event, Write)}
            other = next((event for event in later if event.table not in first), None)
            if other is not None and not pending:
                message = f'"{other.table}" is changed in another transaction than "{parts[0][-1].table}" before it'
                yield Hit(other.node, other.scope, message, operations_of(run))


def _transactions(events: list[Event], *, each: bool) -> list[list[Write | Insert]]:
    """The changes of each transaction that has any; with `each`, every statement is one."""
    parts: list[list[Write | Insert]] = [[]]
    for event in events:
        if isinstance(event, Committed):
            parts.append([])
        elif isinstance(event, Write | Insert) and not event.in_memory and not _ASIDE.search(event.table):
            if each:
                parts.append([])
            parts[-1].append(event)
    return [part for part in parts if part]
