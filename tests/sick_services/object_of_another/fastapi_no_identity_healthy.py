"""Behind a gateway that knows its callers: the service itself asks nobody who he is."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
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
    return customers[customer_id]


@app.post("/products", status_code=201)
def add(product: Product):
    products[len(products) + 1] = {"id": len(products) + 1, **product.model_dump()}
    return products[len(products)]
