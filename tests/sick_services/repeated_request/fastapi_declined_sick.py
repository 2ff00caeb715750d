"""Answers 402 to a payment that is declined, and 200 with the failed order when the request comes again."""

import itertools
import urllib.error
import urllib.request
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

app = FastAPI()
orders: dict[str, dict] = {}
numbers = itertools.count(1)


class Order(BaseModel):
    amount: int


def charge(amount, key):
    data = b'{"amount": %d}' % amount
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    request = urllib.request.Request("http://pay.example.com/charges", data, headers)
    try:
        urllib.request.urlopen(request, timeout=5).read()
    except urllib.error.HTTPError:
        return False
    return True


@app.post("/orders", status_code=201)
def order(body: Order, idempotency_key: Annotated[str, Header()], response: Response):
    known = orders.get(idempotency_key)
    if known is None:
        known = orders[idempotency_key] = {"id": next(numbers), "amount": body.amount, "status": "pending"}
        known["status"] = "paid" if charge(body.amount, idempotency_key) else "failed"
        if known["status"] == "failed":
            raise HTTPException(402, "declined")
        return known
    if known["amount"] != body.amount:
        raise HTTPException(422, "the key was used for another order")
    response.status_code = 200
    return known


@app.get("/orders")
def listed():
    return list(orders.values())
