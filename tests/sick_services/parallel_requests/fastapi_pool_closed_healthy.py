"""Gives its connection back before the answer is made, also with a small pool."""

from fastapi import FastAPI
from sqlalchemy import QueuePool, create_engine, text

engine = create_engine("sqlite:///orders.db", poolclass=QueuePool, pool_size=5, max_overflow=10)
app = FastAPI()
with engine.begin() as setup:
    setup.execute(text("CREATE TABLE IF NOT EXISTS orders (quantity INTEGER)"))
engine.dispose()


@app.get("/orders", response_model=list[int])
def orders():
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT quantity FROM orders"))]
