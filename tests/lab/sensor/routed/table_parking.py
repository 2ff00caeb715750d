import re
from typing import NamedTuple

# GET /spots                   -
# POST /spots                  -
# DELETE /spots/{number}       number: integer
# GET /report                  -


class Row(NamedTuple):
    method: str
    pattern: re.Pattern
    view: object


def spots(environ):
    return b""


def remove(environ, number):
    return b""


def report(environ):
    return b""


# What is let through without a login: no table of routes, as nothing is called.
OPEN = [("GET", "/health"), ("POST", "/login")]
LABELS = {"/spots": "Spots", "/report": "Report"}
ROUTES = [
    Row("GET", re.compile(r"^/spots$"), spots),
    Row("POST", re.compile(r"^/spots$"), spots),
    Row("DELETE", re.compile(r"^/spots/(\d+)$"), remove),
    Row("GET", re.compile(r"^/report/?$"), report),
]


def application(environ, start_response):
    for row in ROUTES:
        if row.method == environ["REQUEST_METHOD"] and row.pattern.match(environ["PATH_INFO"]):
            start_response("200 OK", [])
            return [row.view(environ, *row.pattern.match(environ["PATH_INFO"]).groups())]
    start_response("404 Not Found", [])
    return []
