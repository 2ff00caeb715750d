"""Gives its pooled connection back in any case; refuses too many bad requests for a while with 429."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import QueuePool, create_engine, text

engine = create_engine("sqlite:///orders.db", poolclass=QueuePool, pool_size=5, max_overflow=5, pool_timeout=30)
app = FastAPI()
with engine.begin() as setup:
    setup.execute(text("CREATE TABLE IF NOT EXISTS orders (quantity INTEGER)"))
engine.dispose()
bad = []


class Order(BaseModel):
    quantity: int


@app.post("/orders", status_code=201)
def order(body: Order):
    if len(bad) > 10:
        raise HTTPException(429, "too many bad requests")
    with engine.begin() as connection:
        if body.quantity <= 0:
            bad.append(body.quantity)
            raise HTTPException(422, "quantity must be positive")
        connection.execute(text("INSERT INTO orders VALUES (:quantity)"), {"quantity": body.quantity})
    return {"ok": True}


@app.get("/orders")
def orders():
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT quantity FROM orders"))]
