"""Adds to a total atomically, and a little later, in the background, to a report; has a clock and a random tip."""

import random
import threading
import time

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
lock = threading.Lock()
totals = {"total": 0, "reported": 0}


class Sale(BaseModel):
    amount: int


def report(amount: int) -> None:
    time.sleep(0.4)
    with lock:
        totals["reported"] += amount


@app.post("/sales", status_code=202)
def sell(body: Sale):
    with lock:
        totals["total"] += body.amount
    threading.Thread(target=report, args=(body.amount,)).start()
    return {"position": totals["total"]}


@app.get("/report")
def read():
    minute_mark = int(time.time()) % 60
    return {**totals, "second": minute_mark, "tip": random.choice("abcdefgh"), "requests": ["x", "y"]}
