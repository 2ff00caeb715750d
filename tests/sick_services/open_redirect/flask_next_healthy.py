"""Only paths of the service's own are gone to."""

from urllib.parse import urlsplit

from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/go")
def go():
    target = request.args.get("next", "/")
    if urlsplit(target).scheme or urlsplit(target).netloc or not target.startswith("/"):
        target = "/"
    return redirect(target)
