"""Markup in JSON is no page (html is served elsewhere)."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()


@app.get("/search")
def search(q: str = "", page: int = 1):
    return JSONResponse({"q": q, "page": f"<b>{q}</b> {page}"})
