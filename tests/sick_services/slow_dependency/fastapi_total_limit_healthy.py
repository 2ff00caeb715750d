"""Gives its provider two seconds in all, whatever it does."""

import asyncio

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    amount: int


@app.post("/orders", status_code=201)
async def order(body: Order):
    try:
        async with asyncio.timeout(2), httpx.AsyncClient() as client:
            await client.post("http://payments.example.com/charges", json={"amount": body.amount})
    except (TimeoutError, httpx.HTTPError):
        raise HTTPException(502, "payment provider does not answer") from None
    return {"ok": True}


@app.get("/health")
async def health():
    return {"ok": True}
