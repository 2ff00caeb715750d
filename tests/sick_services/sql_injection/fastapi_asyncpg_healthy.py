"""The order is one of a list, and what is looked for is a parameter of asyncpg."""

import os
from typing import Literal

import asyncpg
from fastapi import FastAPI

app = FastAPI()


@app.get("/books")
async def books(order: Literal["id", "title"] = "title", title: str = ""):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS books (id serial PRIMARY KEY, title text)")
        rows = await connection.fetch(f"SELECT id, title FROM books WHERE title = $1 ORDER BY {order}", title)
    finally:
        await connection.close()
    return [dict(row) for row in rows]
