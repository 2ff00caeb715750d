from typing import Literal

from fastapi import FastAPI
from sqlalchemy import column, create_engine, select, table

app = FastAPI()
engine = create_engine("sqlite:///shop.db")
ITEMS = table("items", column("id"), column("name"), column("price"))


@app.get("/items")
def items(name: str = "", order: Literal["name", "price"] = "name"):
    # The value is bound; a column cannot be, so it is one of a list.
    query = select(ITEMS).where(ITEMS.c.name.contains(name, autoescape=True)).order_by(ITEMS.c[order])
    with engine.connect() as db:
        return [dict(row) for row in db.execute(query).mappings()]
