"""Opens whatever the name leads to."""

import os

from flask import Flask, abort, request

app = Flask(__name__)
os.makedirs("notes", exist_ok=True)
with open("notes/first.txt", "w") as file:
    file.write("hello")


@app.get("/notes")
def note():
    path = os.path.join("notes", request.args.get("name", "first.txt"))
    if not os.path.isfile(path):
        abort(404)
    with open(path) as file:
        return file.read()
