from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Bill(BaseModel):
    amount_cents: int = Field(gt=0, le=10**9)
    people: int = Field(gt=0, le=50)


@app.post("/bills")
def divide(bill: Bill):
    share, rest = divmod(bill.amount_cents, bill.people)
    # The first ones pay a cent more.
    shares = [share + (place < rest) for place in range(bill.people)]
    return {"amount_cents": bill.amount_cents, "shares": shares}
