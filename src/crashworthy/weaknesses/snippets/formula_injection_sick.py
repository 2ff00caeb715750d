import csv
import io
import sqlite3

from flask import Flask, Response

app = Flask(__name__)


@app.get("/guests.csv")
def export():
    out = io.StringIO()
    with sqlite3.connect("guests.db") as connection:
        csv.writer(out).writerows(connection.execute("SELECT name, wish FROM guests"))
    return Response(out.getvalue(), mimetype="text/csv")
