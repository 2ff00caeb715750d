"""Thin client for the payment provider."""
import os

import requests

PAYMENT_API_URL = os.getenv("PAYMENT_API_URL", "https://api.payments.example.com/v1")
PAYMENT_API_KEY = os.getenv("PAYMENT_API_KEY", "")


class PaymentError(Exception):
    pass


def _post(path: str, payload: dict) -> dict:
    try:
        response = requests.post(
            f"{PAYMENT_API_URL}{path}",
            json=payload,
            headers={"Authorization": f"Bearer {PAYMENT_API_KEY}"},
        )
        response.raise_for_status()
    except requests.RequestException as exc:
        raise PaymentError(str(exc)) from exc
    return response.json()


def charge(amount_cents: int, token: str, reference: str) -> str:
    payload = {"amount": amount_cents, "currency": "usd", "source": token, "reference": reference}
    return _post("/charges", payload)["id"]


def refund(payment_id: str, amount_cents: int) -> str:
    return _post("/refunds", {"charge": payment_id, "amount": amount_cents})["id"]
