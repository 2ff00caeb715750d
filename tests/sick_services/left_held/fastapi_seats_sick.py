"""A reservation takes seats until a time that its answer says, and gives none of them back."""

from datetime import UTC, datetime, timedelta
from itertools import count

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
numbers = count(1)
events: dict[int, int] = {}
reservations: dict[int, datetime] = {}


class Event(BaseModel):
    seats: int


class Wish(BaseModel):
    quantity: int


@app.post("/events", status_code=201)
async def create(event: Event):
    number = next(numbers)
    events[number] = event.seats
    return {"id": number}


@app.get("/events/{event}")
async def read(event: int):
    return {"id": event, "seats_left": events[event]}


@app.post("/events/{event}/reservations", status_code=201)
async def reserve(event: int, wish: Wish):
    if not 0 < wish.quantity <= events[event]:
        raise HTTPException(409, "not so many left")
    events[event] -= wish.quantity
    until = datetime.now(UTC) + timedelta(minutes=15)
    number = next(numbers)
    reservations[number] = until
    return {"id": number, "status": "reserved", "expires_at": until.isoformat()}
