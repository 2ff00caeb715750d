"""Counts the queue, waits, and adds a person; nothing reads the queue back."""

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
    number = len(waiting) + 1
    await notify()
    waiting.append(body.name)
    return {"number": number, "ahead": number - 1}
