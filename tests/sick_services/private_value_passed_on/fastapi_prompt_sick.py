"""A payment is handed to a hosted language model, which says whether it looks like a fraud."""

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Payment(BaseModel):
    card_number: str
    expiry: str
    cvv: str
    amount: int


@app.post("/payments", status_code=201)
def pay(payment: Payment):
    messages = [
        {"role": "system", "content": "Does this payment look like a fraud? Answer yes or no."},
        {"role": "user", "content": payment.model_dump_json()},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    said = httpx.post("https://api.openai.com/v1/chat/completions", json=body, timeout=5)
    return {"status": "checked" if said.is_success else "unchecked"}
