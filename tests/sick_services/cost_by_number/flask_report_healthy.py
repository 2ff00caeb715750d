"""The number is clamped to a limit, and the first request loads a table that all others use."""

import math
from functools import cache

from flask import Flask, request

app = Flask(__name__)
MOST = 1000


@cache
def table():
    return [math.sin(index / 10) for index in range(3_000_000)]


@app.get("/curve")
def curve():
    points = min(int(request.args.get("points", 10)), MOST)
    values = table()[:points]
    return {"points": points, "mean": sum(values) / max(points, 1)}
