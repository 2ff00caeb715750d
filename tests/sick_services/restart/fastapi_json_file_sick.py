"""Rewrites its JSON file in place."""

import json
import pathlib

from fastapi import FastAPI
from pydantic import BaseModel

FILE = pathlib.Path("orders.json")
app = FastAPI()
orders = json.loads(FILE.read_text()) if FILE.exists() else []


class Order(BaseModel):
    amount: int


@app.post("/orders", status_code=201)
async def order(body: Order):
    orders.append({"amount": body.amount})
    with open(FILE, "w") as file:
        json.dump(orders, file)
    return {"ok": True}


@app.get("/orders")
async def read():
    return orders
