from decimal import Decimal

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Line(BaseModel):
    price: Decimal = Field(gt=0, max_digits=12, decimal_places=2)
    quantity: int = Field(gt=0)


@app.post("/quotes")
async def quote(lines: list[Line]):
    return {"total": sum((line.price * line.quantity for line in lines), Decimal(0))}
