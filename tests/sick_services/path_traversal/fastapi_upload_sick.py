"""Keeps a file under the name that it came with."""

import os

from fastapi import FastAPI, UploadFile

app = FastAPI()
os.makedirs("uploads", exist_ok=True)


@app.post("/files")
async def upload(file: UploadFile):
    with open(f"uploads/{file.filename}", "wb") as kept:
        kept.write(await file.read())
    return {"name": file.filename}
