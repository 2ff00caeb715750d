"""Comments are escaped."""

import html

from flask import Flask, request

app = Flask(__name__)
comments: list[str] = []


@app.post("/comments")
def add():
    comments.append(request.get_json()["text"])
    return {"id": len(comments)}, 201


@app.get("/comments")
def page():
    rows = "".join(f"<li>{html.escape(text)}</li>" for text in comments)
    return f"<!doctype html><title>Comments</title><ul>{rows}</ul>"
