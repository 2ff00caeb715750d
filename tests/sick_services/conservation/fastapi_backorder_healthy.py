"""Sells also what is not there, and says how much is owed by a stock below zero."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()
stock: dict[int, int] = {}


class Product(BaseModel):
    stock: int


class Line(BaseModel):
    product_id: int
    quantity: int = Field(gt=0)


class Order(BaseModel):
    items: list[Line]


@app.post("/products", status_code=201)
async def add(product: Product):
    stock[len(stock) + 1] = product.stock
    return {"id": len(stock)}


@app.get("/products/{product}")
async def read(product: int):
    if product not in stock:
        raise HTTPException(404)
    return {"id": product, "stock": stock[product]}


@app.post("/orders", status_code=201)
async def order(wanted: Order):
    for line in wanted.items:
        stock[line.product_id] -= line.quantity
    return {"ok": True}
