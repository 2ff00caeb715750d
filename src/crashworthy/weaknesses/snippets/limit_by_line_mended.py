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
        for line in lines:
            taken = db.execute(
                "UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?",
                (line.quantity, line.product, line.quantity),
            )
            if not taken.rowcount:
                raise HTTPException(409)
    return lines
