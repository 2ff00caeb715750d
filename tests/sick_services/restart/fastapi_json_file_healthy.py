"""Writes a new file and puts it in the place of the old one."""

import json
import os
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
    with open("orders.new", "w") as file:
        json.dump(orders, file)
    os.replace("orders.new", FILE)
    return {"ok": True}


@app.get("/orders")
async def read():
    return orders
