"""Members are read in pieces, and no more of them than a limit, whatever the archive announces."""

import zipfile

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
MOST = 10 * 1024 * 1024


@app.post("/imports", status_code=201)
def take(file: UploadFile):
    sizes, total = {}, 0
    try:
        with zipfile.ZipFile(file.file) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    while piece := member.read(65536):
                        total += len(piece)
                        sizes[name] = sizes.get(name, 0) + len(piece)
                        if total > MOST:
                            raise HTTPException(413)
    except zipfile.BadZipFile:
        raise HTTPException(422) from None
    return {"members": sizes}
