import json

from flask import Flask, abort, request

app = Flask(__name__)


@app.get("/cart")
def cart():
    try:
        items = json.loads(request.cookies.get("cart", "[]"))
    except (ValueError, RecursionError):
        abort(400)
    # JSON makes numbers, texts, lists and dicts; what is wanted of them is still to be checked.
    if not isinstance(items, list) or not all(isinstance(item, int) for item in items):
        abort(400)
    return {"items": items}
