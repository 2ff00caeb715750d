"""The order of a list is a column that the request names, in a statement of asyncpg."""

import os

import asyncpg
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/books")
async def books(order: str = "title"):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS books (id serial PRIMARY KEY, title text)")
        rows = await connection.fetch(f"SELECT id, title FROM books ORDER BY {order}")
    except asyncpg.PostgresError:
        raise HTTPException(400) from None
    finally:
        await connection.close()
    return [dict(row) for row in rows]
