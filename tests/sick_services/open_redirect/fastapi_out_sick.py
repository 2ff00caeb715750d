"""Whatever begins with a slash is taken for a path of our own."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/out")
def out(url: str = "/"):
    if not url.startswith("/"):
        url = "/"
    return RedirectResponse(url)
