from fastapi import FastAPI
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite:///shop.db")


@app.get("/items")
def items(name: str = "", order: str = "name"):
    query = f"SELECT id, name, price FROM items WHERE name LIKE '%{name}%' ORDER BY {order}"
    with engine.connect() as db:
        return [dict(row) for row in db.execute(text(query)).mappings()]
