"""Encodes the name as RFC 6266 wants it."""

from urllib.parse import quote

from fastapi import FastAPI, Response

app = FastAPI()


@app.get("/download")
def download(name: str = "file"):
    return Response("content", headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"})
