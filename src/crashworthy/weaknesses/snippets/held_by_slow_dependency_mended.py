import asyncio

import httpx
from fastapi import FastAPI, HTTPException

app = FastAPI()
rates = httpx.AsyncClient(base_url="https://rates.example.com", timeout=2)


@app.get("/prices/{currency}")
async def price(currency: str):
    try:
        # A client's timeout is for each read; the deadline also ends an answer that comes byte by byte.
        async with asyncio.timeout(3):
            answer = await rates.get("/latest", params={"to": currency})
            rate = float(answer.raise_for_status().json()["rate"])
    except (TimeoutError, httpx.HTTPError, KeyError, TypeError, ValueError) as problem:
        raise HTTPException(503, "no exchange rate at the moment") from problem
    return {"price": round(100 * rate, 2)}
