from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("postgresql+psycopg://localhost/shop")

TAKE_ONE = text("UPDATE items SET stock = stock - 1 WHERE id = :id AND stock > 0 RETURNING stock")


@app.post("/items/{item_id}/reserve")
def reserve(item_id: int):
    with engine.begin() as db:
        # The database checks and changes in one step: of two requests for the last one, the second finds no row.
        left = db.execute(TAKE_ONE, {"id": item_id}).scalar()
    if left is None:
        raise HTTPException(409, "sold out")
    return {"left": left}
