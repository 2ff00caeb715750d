"""Counties and towns that are there from the start, under names that only the links of pages tell."""

from __future__ import annotations

from flask import Flask, Response, abort, request

TOWNS = {"kestrelshire": ("low-weir", "east-mallow"), "ambermoor": ("thornby",)}


def make() -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        gone = "".join(f'<a href="/gone-{number}/away">once</a>' for number in range(20))
        return gone + "".join(f'<p><a href="/{name}">{name.title()}</a></p>' for name in TOWNS)

    @app.get("/<name>")
    def county(name: str) -> str:
        towns = TOWNS.get(name) or abort(404)
        return "".join(f'<a href="/{name}/{each}?from=county">{each}</a>' for each in towns)

    @app.get("/<name>/<slug>")
    def town(name: str, slug: str) -> str:
        if slug not in TOWNS.get(name, ()):
            abort(404)
        options = "<option>praise<option>complaint</option>"
        field = f'<select name="kind">{options}</select><textarea name="text" required></textarea>'
        return f'<form method="post" action="/{name}/{slug}/letters">{field}</form>'

    @app.post("/<name>/<slug>/letters")
    def letter(name: str, slug: str) -> Response:
        if slug not in TOWNS.get(name, ()):
            abort(404)
        if request.form.get("kind") not in ("praise", "complaint") or not request.form.get("text"):
            abort(500)
        return Response("thank you", 201)

    return app
