"""What is no picture is refused before anything is written."""

import secrets
import shutil
from pathlib import Path

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
FOLDER = Path("pictures")
FOLDER.mkdir(exist_ok=True)


@app.post("/pictures", status_code=201)
def take(image: UploadFile):
    if image.content_type not in ("image/png", "image/jpeg"):
        raise HTTPException(415, "not a picture")
    path = FOLDER / secrets.token_hex(8)
    with path.open("wb") as file:
        shutil.copyfileobj(image.file, file)
    return {"id": path.name}
