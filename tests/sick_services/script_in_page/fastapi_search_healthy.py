"""What was searched for is escaped, quotes included."""

import html

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/search")
def search(q: str = "", page: int = 1):
    return HTMLResponse(f'<h1>Results</h1><input name="q" value="{html.escape(q)}">page {page}')
