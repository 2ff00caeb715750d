"""Adds a person, waits, and tells of the queue as it is then: two may hear the same place, but no number twice."""

import asyncio

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
waiting: list[str] = []


class Person(BaseModel):
    name: str


async def notify():
    await asyncio.sleep(0.001)


@app.post("/queue", status_code=201)
async def join(body: Person):
    waiting.append(body.name)
    number = len(waiting)
    await notify()
    return {"number": number, "position": len(waiting)}
