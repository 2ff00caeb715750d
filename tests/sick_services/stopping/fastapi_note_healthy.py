"""Takes a note that it is told to stop, and hands the signal on to the server."""

import signal
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

orders: list[int] = []
stopping: list[int] = []


@asynccontextmanager
async def lifespan(_app):
    servers_own = signal.getsignal(signal.SIGTERM)

    def stop(number, frame):
        stopping.append(number)
        servers_own(number, frame)

    signal.signal(signal.SIGTERM, stop)
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
