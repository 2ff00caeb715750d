"""Cells that begin as a formula does have an apostrophe before it."""

import csv
import io

from flask import Flask, Response, request

app = Flask(__name__)
guests: list[tuple[str, str]] = []


def cell(text):
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


@app.post("/guests")
def add():
    body = request.get_json()
    guests.append((str(body["name"]), str(body["wish"])))
    return {"id": len(guests)}, 201


@app.get("/guests.csv")
def export():
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(("name", "wish"))
    table.writerows((cell(name), cell(wish)) for name, wish in guests)
    return Response(out.getvalue(), mimetype="text/csv", headers={"Content-Disposition": "attachment"})
