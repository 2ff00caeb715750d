"""Partners are known by name."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()
PARTNERS = {"/", "https://partner.example/"}


@app.get("/out")
def out(url: str = "/"):
    if url not in PARTNERS:
        url = "/"
    return RedirectResponse(url)
