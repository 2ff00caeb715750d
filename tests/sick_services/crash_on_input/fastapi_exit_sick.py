"""Ends the whole process on an amount that it does not like."""

import os

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    quantity: int


@app.post("/orders", status_code=201)
async def order(body: Order):
    if body.quantity < 0:
        os._exit(3)
    return {"ok": True}


@app.get("/health")
async def health():
    return {"ok": True}
