"""As many points as the caller asks for are computed."""

import math

from flask import Flask, request

app = Flask(__name__)


@app.get("/curve")
def curve():
    points = int(request.args.get("points", 10))
    total = 0.0
    for index in range(points):
        total += math.sin(index / 10)
    return {"points": points, "mean": total / max(points, 1)}
