"""What is searched for is a regular expression, and whoever searches writes it."""

import re

from flask import Flask, request

app = Flask(__name__)
NAMES = ["desk lamp", "floor lamp", "garden chair", "folding table"]


@app.get("/items")
def search():
    try:
        pattern = re.compile(request.args.get("q", ""))
    except re.error:
        return {"error": "no pattern"}, 400
    return {"items": [name for name in NAMES if pattern.search(name)]}
