from pathlib import Path
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException, UploadFile
from shop.documents import add_row, delete_row

app = FastAPI()
FOLDER = Path("uploads").absolute()


@app.post("/documents", status_code=201)
def upload(file: UploadFile):
    key = uuid4()
    (FOLDER / str(key)).write_bytes(file.file.read())
    add_row(key)
    return {"id": key}


@app.delete("/documents/{key}", status_code=204)
def delete(key: UUID):
    if not delete_row(key):
        raise HTTPException(404)
