"""All members of an archive are read into memory."""

import zipfile

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()


@app.post("/imports", status_code=201)
def take(file: UploadFile):
    try:
        with zipfile.ZipFile(file.file) as archive:
            texts = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        raise HTTPException(422) from None
    return {"members": {name: len(text) for name, text in texts.items()}}
