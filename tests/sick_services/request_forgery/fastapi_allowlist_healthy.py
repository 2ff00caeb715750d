"""Fetches from one host only, whatever the rest of the URL says, and tells its own partner about it."""

import httpx
from fastapi import Body, FastAPI, HTTPException

app = FastAPI()


@app.post("/previews")
async def preview(data: dict = Body()):
    try:
        url = httpx.URL(str(data["url"]))
    except (httpx.InvalidURL, ValueError):
        raise HTTPException(400) from None
    async with httpx.AsyncClient(timeout=2) as client:
        await client.post("https://audit.example.com/seen", json={"url": str(url)})
        if url.host != "images.example.com" or url.scheme != "https":
            raise HTTPException(400)
        answer = await client.get(url)
    return {"title": answer.text[:80]}
