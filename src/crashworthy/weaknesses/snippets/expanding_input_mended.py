import zipfile

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
MOST_BYTES = 10 * 1024 * 1024


@app.post("/imports", status_code=201)
def take(file: UploadFile):
    lines = total = 0
    try:
        with zipfile.ZipFile(file.file) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    while piece := member.read(65536):
                        total += len(piece)
                        lines += piece.count(b"\n")
                        if total > MOST_BYTES:
                            raise HTTPException(413, "unpacks to more than 10 MiB")
    except zipfile.BadZipFile:
        raise HTTPException(422, "no zip file") from None
    return {"lines": lines}
