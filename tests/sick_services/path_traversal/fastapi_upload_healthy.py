"""Keeps a file under the last part of its name, and unpacks zip files as Python does."""

import io
import os
import zipfile
from pathlib import PurePath

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
os.makedirs("uploads", exist_ok=True)


@app.post("/files")
async def upload(file: UploadFile):
    name = PurePath(file.filename or "").name
    if not name or "\0" in name:
        raise HTTPException(422)
    data = await file.read()
    with open(f"uploads/{name}", "wb") as kept:
        kept.write(data)
    if zipfile.is_zipfile(io.BytesIO(data)):
        zipfile.ZipFile(io.BytesIO(data)).extractall("uploads")
    return {"name": name}
