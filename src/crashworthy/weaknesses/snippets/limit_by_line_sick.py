import sqlite3
from contextlib import closing

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()


class Line(BaseModel):
    product: int
    quantity: int = Field(gt=0)


@app.post("/orders", status_code=201)
def order(lines: list[Line]):
    with closing(sqlite3.connect("shop.db")) as db, db:
        db.execute("BEGIN IMMEDIATE")
        for line in lines:
            row = db.execute("SELECT stock FROM products WHERE id = ?", (line.product,)).fetchone()
            if row is None or row[0] < line.quantity:
                raise HTTPException(409)
        for line in lines:
            db.execute("UPDATE products SET stock = stock - ? WHERE id = ?", (line.quantity, line.product))
    return lines
