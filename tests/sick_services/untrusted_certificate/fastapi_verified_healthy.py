"""The provider's certificate is verified, as by default."""

import aiohttp
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/charges")
async def charge():
    timeout = aiohttp.ClientTimeout(total=3)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post("https://payments.example.com/charges", json={"cents": 500}, ssl=True) as answer,
        ):
            return {"status": answer.status}
    except aiohttp.ClientError as error:
        raise HTTPException(502, str(error)) from None
