"""The number is kept encrypted, with a key that is not in the file; the code is not kept."""

import json
import os
from pathlib import Path

from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
FILE = Path("payments.jsonl")
box = Fernet(os.environ.get("CARD_KEY") or Fernet.generate_key())


class Payment(BaseModel):
    card_number: str
    expiry: str
    cvv: str
    amount: int


@app.post("/payments", status_code=201)
def pay(payment: Payment):
    number = payment.card_number.replace(" ", "")
    hidden = box.encrypt(number.encode()).decode()
    kept = {"card": hidden, "last_four": number[-4:], "cvv": "ok", "codes": len(payment.cvv), "amount": payment.amount}
    with FILE.open("a") as file:
        file.write(json.dumps(kept) + "\n")
    return {"card": number[-4:]}
