"""Calls its provider with a blocking client, without a time limit, inside the event loop."""

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    amount: int


def charge(amount: int) -> None:
    httpx.post("http://payments.example.com/charges", json={"amount": amount}, timeout=None)


@app.post("/orders", status_code=201)
async def order(body: Order):
    charge(body.amount)
    return {"ok": True}


@app.get("/health")
async def health():
    return {"ok": True}
