from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

app = FastAPI()
INVOICES = Path("invoices")


@app.get("/invoices")
def invoice(name: str):
    return FileResponse(INVOICES / name)  # ?name=../.env, or ?name=/etc/passwd
