"""What was searched for stands in the page."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/search")
def search(q: str = "", page: int = 1):
    return HTMLResponse(f'<h1>Results</h1><input name="q" value="{q}">page {page}')
