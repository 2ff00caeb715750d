"""Payments are appended to a file as they came, with nothing left out but the number's middle."""

import json
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
FILE = Path("payments.jsonl")


class Payment(BaseModel):
    card_number: str
    expiry: str
    cvv: str
    amount: int


@app.post("/payments", status_code=201)
def pay(payment: Payment):
    kept = payment.model_dump() | {"card_number": payment.card_number[-4:]}
    with FILE.open("a") as file:
        file.write(json.dumps(kept) + "\n")
    return {"card": kept["card_number"]}
