"""Its own handler takes the place of the server's, which would finish what is under way."""

import os
import signal
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

orders: list[int] = []


@asynccontextmanager
async def lifespan(_app):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    yield


app = FastAPI(lifespan=lifespan)


class Order(BaseModel):
    amount: int


@app.post("/orders", status_code=201)
def order(wanted: Order):
    amount = wanted.amount
    orders.append(amount)
    number = len(orders)
    return {"id": number, "amount": amount}
