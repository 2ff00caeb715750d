"""Adds prices up as decimals, and tells them as numbers."""

from decimal import Decimal

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
sales: list[Decimal] = []


class Sale(BaseModel):
    price: Decimal = Field(gt=0)
    quantity: int = Field(default=1, gt=0)


@app.post("/sales", status_code=201)
async def sell(sale: Sale):
    sales.append(sale.price * sale.quantity)
    return {"id": len(sales), "total": float(sales[-1])}


@app.get("/sales")
async def read():
    average = float(sum(sales)) / len(sales) if sales else 0.0
    return {"count": len(sales), "total": float(sum(sales)), "average_price": average}
