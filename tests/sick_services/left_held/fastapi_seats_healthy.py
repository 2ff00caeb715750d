"""A reservation takes seats until a time that its answer says; what is left counts those that have not ended."""

from datetime import UTC, datetime, timedelta
from itertools import count

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
numbers = count(1)
events: dict[int, int] = {}
reservations: list[tuple[int, int, datetime]] = []


class Event(BaseModel):
    seats: int


class Wish(BaseModel):
    quantity: int


@app.post("/events", status_code=201)
async def create(event: Event):
    number = next(numbers)
    events[number] = event.seats
    return {"id": number}


def left(event: int) -> int:
    now = datetime.now(UTC)
    return events[event] - sum(seats for of, seats, until in reservations if of == event and until > now)


@app.get("/events/{event}")
async def read(event: int):
    return {"id": event, "seats_left": left(event)}


@app.post("/events/{event}/reservations", status_code=201)
async def reserve(event: int, wish: Wish):
    if not 0 < wish.quantity <= left(event):
        raise HTTPException(409, "not so many left")
    until = datetime.now(UTC) + timedelta(minutes=15)
    reservations.append((event, wish.quantity, until))
    return {"id": next(numbers), "status": "reserved", "expires_at": until.isoformat()}
