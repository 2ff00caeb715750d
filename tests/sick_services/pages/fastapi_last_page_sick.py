"""Rounds the number of pages down, so that the last one is never shown."""

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
async def read(page: int = Query(1, ge=1), per_page: int = Query(20, ge=1, le=100)):
    pages = max(1, len(notes) // per_page)
    if page > pages:
        return {"items": [], "pages": pages}
    return {"items": notes[(page - 1) * per_page : page * per_page], "pages": pages}
