"""Rounds each share for itself."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
bills: list[dict[str, object]] = []


class Bill(BaseModel):
    amount: float = Field(gt=0)
    people: int = Field(ge=1, le=50)


@app.post("/bills", status_code=201)
async def divide(bill: Bill):
    share = round(bill.amount / bill.people, 2)
    bills.append({"id": len(bills) + 1, "amount": bill.amount, "shares": [share] * bill.people})
    return bills[-1]


@app.get("/bills")
async def read():
    return bills
