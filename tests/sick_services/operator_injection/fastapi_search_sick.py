"""The owner may be anything, and is looked for as it is."""

from typing import Any

import mongomock
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
notes = mongomock.MongoClient()["shop"]["notes"]


class Note(BaseModel):
    owner: str
    text: str


class Query(BaseModel):
    owner: Any
    limit: int = 10


@app.post("/notes", status_code=201)
def add(note: Note):
    notes.insert_one(note.model_dump())
    return {"owner": note.owner}


@app.post("/notes/search")
def search(query: Query):
    found = notes.find({"owner": query.owner}, limit=query.limit)
    return [{"text": each["text"]} for each in found]
