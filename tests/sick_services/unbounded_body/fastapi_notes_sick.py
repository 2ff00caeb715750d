"""A body may be of any length."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
notes: list[str] = []


class Note(BaseModel):
    text: str


@app.post("/notes", status_code=201)
async def add(note: Note):
    notes.append(note.text)
    return {"id": len(notes)}
