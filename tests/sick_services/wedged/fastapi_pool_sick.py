"""Leaks a pooled connection whenever a request is refused."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import QueuePool, create_engine, text

engine = create_engine("sqlite:///orders.db", poolclass=QueuePool, pool_size=5, max_overflow=5, pool_timeout=30)
app = FastAPI()
with engine.begin() as setup:
    setup.execute(text("CREATE TABLE IF NOT EXISTS orders (quantity INTEGER)"))
engine.dispose()
kept = []


class Order(BaseModel):
    quantity: int


@app.post("/orders", status_code=201)
def order(body: Order):
    connection = engine.connect()
    kept.append(connection)
    if body.quantity <= 0:
        raise HTTPException(422, "quantity must be positive")
    connection.execute(text("INSERT INTO orders VALUES (:quantity)"), {"quantity": body.quantity})
    connection.commit()
    connection.close()
    kept.remove(connection)
    return {"ok": True}


@app.get("/orders")
def orders():
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT quantity FROM orders"))]
