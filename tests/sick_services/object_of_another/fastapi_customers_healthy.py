"""A shop: its products want the shopkeeper's key, and of a customer only the name is shown."""

from __future__ import annotations

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
KEY = "shopkeeper-5d1f"
customers: dict[int, dict[str, object]] = {}
products: dict[int, dict[str, object]] = {}


class Customer(BaseModel):
    name: str
    email: str


class Product(BaseModel):
    name: str


@app.post("/customers", status_code=201)
def register(customer: Customer):
    number = len(customers) + 1
    customers[number] = {"id": number, **customer.model_dump()}
    return {"id": number}


@app.get("/customers/{customer_id}")
def show(customer_id: int):
    if customer_id not in customers:
        raise HTTPException(404)
    return {"id": customer_id, "name": customers[customer_id]["name"]}


@app.post("/products", status_code=201)
def add(product: Product, x_shop_key: str = Header("")):
    if x_shop_key != KEY:
        raise HTTPException(401)
    products[len(products) + 1] = {"id": len(products) + 1, **product.model_dump()}
    return products[len(products)]
