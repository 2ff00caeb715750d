"""Adds prices up as they come in, as floats."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
sales: list[float] = []


class Sale(BaseModel):
    price: float = Field(gt=0)
    quantity: int = Field(default=1, gt=0)


@app.post("/sales", status_code=201)
async def sell(sale: Sale):
    sales.append(sale.price * sale.quantity)
    return {"id": len(sales), "total": sales[-1]}


@app.get("/sales")
async def read():
    return {"count": len(sales), "total": sum(sales)}
