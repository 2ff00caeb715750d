"""What announces more than a megabyte is refused."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()
notes: list[str] = []


class Note(BaseModel):
    text: str


@app.middleware("http")
async def bounded(request: Request, call_next):
    if int(request.headers.get("content-length", 0)) > 1024 * 1024:
        return JSONResponse({"detail": "too long"}, 413)
    return await call_next(request)


@app.post("/notes", status_code=201)
async def add(note: Note):
    notes.append(note.text)
    return {"id": len(notes)}
