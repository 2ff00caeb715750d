"""Says at each request how long it took; what the framework fails with only passes through here."""

import time

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field

app = FastAPI()
people = []


class Person(BaseModel):
    name: str = Field(min_length=1, max_length=80, pattern=r"^[a-z0-9-]+$")


class Stamp:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@app.middleware("http")
async def timed(request: Request, call_next):
    begun = time.monotonic()
    response = await call_next(request)
    response.headers["Server-Timing"] = f"total;dur={time.monotonic() - begun:.3f}"
    return response


app.add_middleware(Stamp)


@app.post("/people", status_code=201)
def add(body: Person):
    people.append(body.name)
    return {"ok": True}


@app.get("/people")
def read():
    return people
