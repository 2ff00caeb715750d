from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Bill(BaseModel):
    amount_cents: int = Field(gt=0, le=10**9)
    people: int = Field(gt=0, le=50)


@app.post("/bills")
def divide(bill: Bill):
    share = bill.amount_cents // bill.people
    return {"amount_cents": bill.amount_cents, "shares": [share] * bill.people}
