"""Begins each page after the last item of the one before."""

from fastapi import FastAPI, Query
from pydantic import BaseModel

app = FastAPI()
notes: list[dict[str, object]] = []


class Note(BaseModel):
    text: str


@app.post("/notes", status_code=201)
async def add(note: Note):
    notes.append({"id": len(notes) + 1, "text": note.text})
    return notes[-1]


@app.get("/notes")
async def read(cursor: int | None = None, limit: int = Query(20, ge=1, le=100)):
    older = [note for note in reversed(notes) if cursor is None or note["id"] < cursor]
    page = older[:limit]
    return {"items": page, "next_cursor": page[-1]["id"] if len(older) > limit else None}
