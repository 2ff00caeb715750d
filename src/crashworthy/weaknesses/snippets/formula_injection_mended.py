import csv
import io
import sqlite3

from flask import Flask, Response

app = Flask(__name__)
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def as_text(cell):
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(BEGINNINGS) else cell


@app.get("/guests.csv")
def export():
    out = io.StringIO()
    with sqlite3.connect("guests.db") as connection:
        rows = connection.execute("SELECT name, wish FROM guests")
        csv.writer(out).writerows([as_text(cell) for cell in row] for row in rows)
    return Response(out.getvalue(), mimetype="text/csv")
