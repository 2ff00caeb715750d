import os
import signal
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders")
def order(amount: int):
    return {"amount": amount}
