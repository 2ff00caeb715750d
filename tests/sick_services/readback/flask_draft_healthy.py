"""A change waits for somebody's approval, which the answer says."""

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
items = {}
changes = []


@app.post("/items")
def create():
    items[len(items) + 1] = dict(request.json)
    return jsonify(id=len(items), **request.json), 201


@app.get("/items/<int:item>")
def read(item):
    if item not in items:
        abort(404)
    return jsonify(id=item, **items[item])


@app.put("/items/<int:item>")
def change(item):
    changes.append((item, request.json))
    return jsonify(id=item, state="waits for approval", **request.json)
