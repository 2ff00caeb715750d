"""The name is looked at, and the type that the upload says is believed."""

from fastapi import FastAPI, HTTPException, Response, UploadFile

app = FastAPI()
kept: dict[int, tuple[str, bytes]] = {}


@app.post("/avatars", status_code=201)
def take(file: UploadFile):
    if not (file.filename or "").endswith((".png", ".jpg", ".txt")):
        raise HTTPException(422)
    kept[len(kept) + 1] = (file.content_type or "application/octet-stream", file.file.read())
    return {"id": len(kept)}


@app.get("/avatars/{avatar_id}")
def show(avatar_id: int):
    if avatar_id not in kept:
        raise HTTPException(404)
    kind, content = kept[avatar_id]
    return Response(content, media_type=kind)
