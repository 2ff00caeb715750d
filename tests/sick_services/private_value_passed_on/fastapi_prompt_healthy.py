"""The model is told what it needs: the amount and the last digits. The card goes to the payment provider only."""

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
    told = f"{payment.amount} cents with a card that ends with {payment.card_number[-4:]}"
    messages = [
        {"role": "system", "content": "Does this payment look like a fraud? Answer yes or no."},
        {"role": "user", "content": told},
    ]
    body = {"model": "gpt-4o-mini", "messages": messages}
    httpx.post("https://api.openai.com/v1/chat/completions", json=body, timeout=5)
    httpx.post("https://api.stripe.com/v1/charges", data=payment.model_dump(), timeout=5)
    return {"status": "charged"}
