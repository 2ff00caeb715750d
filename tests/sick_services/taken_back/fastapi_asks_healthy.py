"""Asks at each cancellation whether anything was charged, and gives back what was."""

import json
import urllib.error
import urllib.request

from fastapi import FastAPI, HTTPException

app = FastAPI()
orders: dict[int, str] = {}


def ask(method, path, **body):
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"http://pay.example.com{path}", data, method=method)
    request.add_header("Content-Type", "application/json")
    return urllib.request.urlopen(request, timeout=5).read().decode()


@app.post("/orders", status_code=201)
def create():
    orders[len(orders) + 1] = "open"
    return {"id": len(orders)}


@app.get("/orders/{order}")
def read(order: int):
    return {"id": order, "status": orders.get(order)}


@app.post("/orders/{order}/pay")
def pay(order: int):
    try:
        ask("POST", "/charges", order=order, amount=500)
    except OSError:
        raise HTTPException(502, "the payment failed") from None
    orders[order] = "paid"
    return {"ok": True}


@app.post("/orders/{order}/cancel")
def cancel(order: int):
    try:
        ask("GET", f"/charges?order={order}")
    except urllib.error.HTTPError:
        pass
    else:
        ask("POST", "/refunds", order=order)
    orders[order] = "cancelled"
    return {"ok": True}
