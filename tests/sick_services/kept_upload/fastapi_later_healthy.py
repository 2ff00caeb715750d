"""Deleted pictures are marked, and a job removes their files when it comes to them, in a minute or so."""

import secrets
import threading
import time
from pathlib import Path

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
FOLDER = Path("pictures")
FOLDER.mkdir(exist_ok=True)
gone: list[str] = []
present: set[str] = set()


def remove_later() -> None:
    while True:
        time.sleep(60)
        while gone:
            (FOLDER / gone.pop()).unlink(missing_ok=True)


@app.on_event("startup")
def begin() -> None:
    threading.Thread(target=remove_later, daemon=True).start()


@app.post("/pictures", status_code=201)
def take(image: UploadFile):
    key = secrets.token_hex(8)
    (FOLDER / key).write_bytes(image.file.read())
    present.add(key)
    return {"id": key}


@app.get("/pictures/{key}")
def show(key: str):
    if key not in present:
        raise HTTPException(404)
    return {"id": key}


@app.delete("/pictures/{key}", status_code=204)
def delete(key: str):
    if key not in present:
        raise HTTPException(404)
    present.remove(key)
    gone.append(key)
