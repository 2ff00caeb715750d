"""Adds a person, waits, and tells of the queue as it is then: the numbers are the same, the places are not."""

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
    position = len(waiting)
    await notify()
    return {"position": position, "length": len(waiting)}
