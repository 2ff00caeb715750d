"""The link says where to go."""

from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/go")
def go():
    target = request.args.get("next", "/")
    return redirect(target)
