"""Lets the database's UNIQUE constraint fail the request."""

import sqlite3
from contextlib import closing

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Person(BaseModel):
    name: str = Field(min_length=1, max_length=80, pattern=r"^[a-z0-9-]+$")


def connect():
    return sqlite3.connect("people.db")


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS people (name TEXT UNIQUE)")


@app.post("/people", status_code=201)
def add(body: Person):
    with closing(connect()) as db:
        db.execute("INSERT INTO people VALUES (?)", (body.name,))
        db.commit()
    return {"ok": True}


@app.get("/people")
def people():
    with closing(connect()) as db:
        return [name for (name,) in db.execute("SELECT name FROM people")]
