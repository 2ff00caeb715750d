"""An SQL statement is put together with text of the request."""

from __future__ import annotations

from crashworthy.audit.reaches import Reaches, called
from crashworthy.audit.rule import Sample
from crashworthy.source.flow.events import Passed
from crashworthy.weaknesses.injection import SQL_INJECTION

_APP = """
import sqlite3
from flask import Flask, abort, jsonify, request
from sqlalchemy import text

app = Flask(__name__)
db = sqlite3.connect("shop.db")
COLUMNS = {"name", "price"}
"""


class StatementFromText(Reaches):
    """A statement that is made with an f-string, `+`, `%` or `format` out of the request, and executed.

    The database reads the text as grammar: a quote ends the literal it was meant to be in. Left alone: parameters that
    are bound, numbers and values from a list, query builders, `psycopg.sql.Literal` and `Identifier`.
    """

    id = "statement-from-text"
    weakness = SQL_INJECTION
    sinks = {
        ".execute": (0, "sql", "query", "operation", "statement"),
        ".executemany": (0, "sql", "query", "operation", "statement"),
        ".executescript": (0, "sql", "query", "operation", "statement"),
        ".exec_driver_sql": (0, "sql", "query", "operation", "statement"),
        ".fetch": (0, "sql", "query", "operation", "statement"),
        ".fetchrow": (0, "sql", "query", "operation", "statement"),
        ".fetchval": (0, "sql", "query", "operation", "statement"),
        ".fetch_one": (0, "sql", "query", "operation", "statement"),
        ".fetch_all": (0, "sql", "query", "operation", "statement"),
        ".fetch_val": (0, "sql", "query", "operation", "statement"),
        ".raw": (0, "sql", "query", "operation", "statement"),
        "sqlalchemy.text": (0, "sql", "query", "operation", "statement"),
        "sqlalchemy.sql.text": (0, "sql", "query", "operation", "statement"),
        "sqlalchemy.sql.expression.text": (0, "sql", "query", "operation", "statement"),
    }
    firing = (
        Sample("an f-string", {"app.py": _APP + """
@app.get("/items")
def items():
    return jsonify(db.execute(f"SELECT * FROM items WHERE name = '{request.args['name']}'").fetchall())
"""}),
        Sample("sorted by whatever was asked for", {"app.py": _APP + """
@app.get("/items")
def items():
    query = "SELECT * FROM items"
    query += " ORDER BY " + request.args.get("order", "name")
    return jsonify(db.execute(query).fetchall())
"""}),
        Sample("SQLAlchemy's text", {"app.py": _APP + """
@app.get("/items")
def items():
    found = db.execute(text("SELECT * FROM items WHERE name = '%s'" % request.args.get("name")))
    return jsonify(found.fetchall())
"""}),
        Sample("format in a helper", {"app.py": _APP + """
def find(name):
    return db.execute("SELECT * FROM items WHERE name = '{}'".format(name)).fetchall()

@app.get("/items/<name>")
def items(name):
    return jsonify(find(name))
"""}),
    )  # fmt: skip
    quiet = (
        Sample("a bound parameter", {"app.py": _APP + """
@app.get("/items")
def items():
    name = request.args.get("name", "")
    return jsonify(db.execute("SELECT * FROM items WHERE name LIKE ?", (f"%{name}%",)).fetchall())
"""}),
        Sample("a column from a list", {"app.py": _APP + """
@app.get("/items")
def items():
    order = request.args.get("order", "name")
    if order not in {"name", "price"}:
        abort(400)
    return jsonify(db.execute(f"SELECT * FROM items ORDER BY {order}").fetchall())
"""}),
        Sample("a number", {"app.py": _APP + """
@app.get("/items/<int:item>")
def item(item):
    limit = int(request.args.get("limit", 10))
    return jsonify(db.execute(f"SELECT * FROM items WHERE id = {item} LIMIT {limit}").fetchall())
"""}),
    )  # fmt: skip

    def message(self, event: Passed) -> str:
        """Names the call."""
        return f"text of the request becomes part of the statement that {called(event)} is given"
