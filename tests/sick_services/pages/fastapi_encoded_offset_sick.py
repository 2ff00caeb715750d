"""Its cursor is an offset that cannot be read: what is deleted shifts all that comes later."""

import base64
import itertools

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel

app = FastAPI()
notes: dict[int, str] = {}
numbers = itertools.count(1)


class Note(BaseModel):
    text: str


@app.post("/notes", status_code=201)
async def add(note: Note):
    number = next(numbers)
    notes[number] = note.text
    return {"id": number, "text": note.text}


@app.get("/notes")
async def read(cursor: str | None = None, limit: int = Query(20, ge=1, le=100)):
    start = int(base64.urlsafe_b64decode(cursor)) if cursor else 0
    page = list(notes.items())[start : start + limit]
    more = start + limit < len(notes)
    following = base64.urlsafe_b64encode(str(start + limit).encode()).decode() if more else None
    return {"items": [{"id": number, "text": text} for number, text in page], "next_cursor": following}


@app.delete("/notes/{number}", status_code=204)
async def delete(number: int):
    if notes.pop(number, None) is None:
        raise HTTPException(404)
