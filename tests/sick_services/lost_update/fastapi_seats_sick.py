"""Looks whether a seat is left, waits, and takes one; takes a user's second request for the first."""

import asyncio

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
users: dict[int, str] = {}
events: dict[int, int] = {}
taken: dict[int, set[int]] = {}


class User(BaseModel):
    name: str


class Event(BaseModel):
    seats: int


class Booking(BaseModel):
    user: int


@app.post("/users", status_code=201)
async def sign_up(body: User):
    users[len(users) + 1] = body.name
    return {"id": len(users)}


@app.post("/events", status_code=201)
async def plan(body: Event):
    number = len(events) + 1
    events[number], taken[number] = body.seats, set()
    return {"id": number}


async def write_down():
    await asyncio.sleep(0.002)


async def take(event: int, user: int):
    if user in taken[event]:
        raise HTTPException(409, "has a seat")
    if len(taken[event]) >= events[event]:
        raise HTTPException(409, "sold out")
    await write_down()
    if user in taken[event]:
        raise HTTPException(409, "has a seat")
    taken[event].add(user)
    return {"event": event}


@app.post("/events/{event}/seats", status_code=201)
async def book(event: int, body: Booking):
    if event not in events or body.user not in users:
        raise HTTPException(404)
    return await take(event, body.user)


@app.get("/events/{event}")
async def read(event: int):
    return {"seats": events[event], "taken": len(taken[event])}
