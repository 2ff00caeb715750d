"""Has a connection for each of its threads."""

from fastapi import Depends, FastAPI
from sqlalchemy import QueuePool, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite:///orders.db", poolclass=QueuePool, pool_size=20, max_overflow=100)
Sessions = sessionmaker(engine)
app = FastAPI()
with engine.begin() as setup:
    setup.execute(text("CREATE TABLE IF NOT EXISTS orders (quantity INTEGER)"))
engine.dispose()


def session():
    opened = Sessions()
    try:
        yield opened
    finally:
        opened.close()


@app.get("/orders", response_model=list[int])
def orders(opened: Session = Depends(session)):
    return [row[0] for row in opened.execute(text("SELECT quantity FROM orders"))]
