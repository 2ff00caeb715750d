"""Orders of customers with an API key; whoever knows of one may tip, and only its customer cancels it."""

import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
customers: dict[str, int] = {}
orders: dict[int, dict[str, object]] = {}


class Customer(BaseModel):
    name: str


class Order(BaseModel):
    article: str


def caller(x_api_key: Annotated[str, Header()] = "") -> int:
    if x_api_key not in customers:
        raise HTTPException(401)
    return customers[x_api_key]


def own_order(order_id: int, customer: Annotated[int, Depends(caller)]) -> dict[str, object]:
    order = orders.get(order_id)
    if order is None or order["customer"] != customer:
        raise HTTPException(404)
    return order


@app.post("/customers", status_code=201)
def register(customer: Customer):
    key = secrets.token_urlsafe()
    customers[key] = len(customers) + 1
    return {"api_key": key, "name": customer.name}


@app.post("/orders", status_code=201)
def place(order: Order, customer: Annotated[int, Depends(caller)]):
    number = len(orders) + 1
    orders[number] = {"id": number, "customer": customer, "article": order.article, "status": "open"}
    return orders[number]


@app.get("/orders/{order_id}")
def show(order: Annotated[dict, Depends(own_order)]):
    return order


@app.post("/orders/{order_id}/cancel")
def cancel(order: Annotated[dict, Depends(own_order)]):
    order["status"] = "cancelled"
    return order


@app.post("/orders/{order_id}/tip")
def tip(order_id: int, customer: Annotated[int, Depends(caller)]):
    if order_id not in orders:
        raise HTTPException(404)
    orders[order_id]["tips"] = int(orders[order_id].get("tips", 0)) + 1
    return {"thanks": True}
