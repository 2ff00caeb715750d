"""Rounds each share down, and says what the house pays."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
bills: list[dict[str, object]] = []


class Bill(BaseModel):
    amount: float = Field(gt=0)
    people: int = Field(ge=1, le=50)


@app.post("/bills", status_code=201)
async def divide(bill: Bill):
    share = int(bill.amount * 100 / bill.people) / 100
    rest = round(bill.amount - share * bill.people, 2)
    bills.append({"id": len(bills) + 1, "amount": bill.amount, "shares": [share] * bill.people, "rest": rest})
    return bills[-1]


@app.get("/bills")
async def read():
    return bills
