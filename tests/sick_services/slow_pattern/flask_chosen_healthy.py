"""What is searched for may hold stars, which stand for any characters; all else is looked for as it is."""

import re

from flask import Flask, request

app = Flask(__name__)
NAMES = ["desk lamp", "floor lamp", "garden chair", "folding table"]


def with_stars(text: str) -> str:
    return ".*".join(re.escape(word) for word in text.split("*")[:3])


@app.get("/items")
def search():
    pattern = re.compile(with_stars(request.args.get("q", "")))
    return {"items": [name for name in NAMES if pattern.search(name)]}
