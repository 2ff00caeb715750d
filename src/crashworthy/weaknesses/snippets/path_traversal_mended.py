from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

app = FastAPI()
INVOICES = Path("invoices").resolve()


@app.get("/invoices")
def invoice(name: str):
    if "\0" in name:
        raise HTTPException(404)
    wanted = (INVOICES / name).resolve()  # links and dots followed to their end
    if not wanted.is_relative_to(INVOICES) or not wanted.is_file():
        raise HTTPException(404)
    return FileResponse(wanted)
