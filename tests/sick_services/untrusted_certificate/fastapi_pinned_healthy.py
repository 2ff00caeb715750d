"""The one certificate that is right is known by its fingerprint."""

import hashlib

import aiohttp
from fastapi import FastAPI, HTTPException

app = FastAPI()
PINNED = aiohttp.Fingerprint(hashlib.sha256(b"the provider's certificate").digest())


@app.post("/charges")
async def charge():
    timeout = aiohttp.ClientTimeout(total=3)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post("https://payments.example.com/charges", json={"cents": 500}, ssl=PINNED) as answer,
        ):
            return {"status": answer.status}
    except aiohttp.ClientError as error:
        raise HTTPException(502, str(error)) from None
