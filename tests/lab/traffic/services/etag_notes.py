"""Notes that change only for who knows their present state (Starlette)."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def make() -> Starlette:
    """The application with a state of its own."""
    notes: dict[int, dict] = {}

    async def create(request):
        text = (await request.json()).get("text")
        if not text:
            return JSONResponse({"error": "text is required"}, 422)
        number = len(notes) + 1
        notes[number] = {"id": number, "text": text, "version": 1}
        return JSONResponse({"id": number}, 201)

    async def read(request):
        note = notes.get(request.path_params["note_id"])
        if note is None:
            return JSONResponse({"error": "no such note"}, 404)
        return JSONResponse(note, headers={"ETag": f'"v{note["version"]}"'})

    async def change(request):
        note = notes.get(request.path_params["note_id"])
        if note is None:
            return JSONResponse({"error": "no such note"}, 404)
        if "if-match" not in request.headers:
            return JSONResponse({"error": "If-Match is required"}, 428)
        if request.headers["if-match"] != f'"v{note["version"]}"':
            return JSONResponse({"error": "the note has changed"}, 412)
        if request.method == "DELETE":
            del notes[note["id"]]
            return Response(status_code=204)
        note["version"] += 1
        return JSONResponse(note)

    return Starlette(
        routes=[
            Route("/notes", create, methods=["POST"]),
            Route("/notes/{note_id:int}", read, methods=["GET"]),
            Route("/notes/{note_id:int}", change, methods=["PUT", "DELETE"]),
            Route("/notes/{note_id:int}/archive", change, methods=["POST"]),
        ]
    )
