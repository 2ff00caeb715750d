"""Calls its payment provider without a time limit."""

import json
import urllib.request

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
PROVIDER = "http://payments.example.com/charges"


class Order(BaseModel):
    amount: int


@app.post("/orders", status_code=201)
def order(body: Order):
    data = json.dumps({"amount": body.amount}).encode()
    with urllib.request.urlopen(urllib.request.Request(PROVIDER, data=data)) as answer:
        answer.read()
    return {"ok": True}


@app.get("/health")
def health():
    return {"ok": True}
