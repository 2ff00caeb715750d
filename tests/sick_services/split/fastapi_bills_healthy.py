"""The first ones pay what cannot be divided."""

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
bills: list[dict[str, object]] = []


class Bill(BaseModel):
    amount: float = Field(gt=0)
    people: int = Field(ge=1, le=50)


@app.post("/bills", status_code=201)
async def divide(bill: Bill):
    cents, rest = divmod(round(bill.amount * 100), bill.people)
    shares = [(cents + (place < rest)) / 100 for place in range(bill.people)]
    bills.append({"id": len(bills) + 1, "amount": bill.amount, "shares": shares})
    return bills[-1]


@app.get("/bills")
async def read():
    return bills
