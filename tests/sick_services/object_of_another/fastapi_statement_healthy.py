"""Of other people's meters the statement is empty."""

import itertools
import secrets

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
users: dict[str, int] = {}
meters: dict[int, dict] = {}
movements: dict[int, list[dict]] = {}
numbers = itertools.count(1)


class User(BaseModel):
    name: str


class Meter(BaseModel):
    serial: str


class TopUp(BaseModel):
    cents: int


def caller(authorization: str = Header("")) -> int:
    user = users.get(authorization.removeprefix("Bearer "))
    if user is None:
        raise HTTPException(401)
    return user


def own_meter(meter_id: int, user: int) -> dict:
    meter = meters.get(meter_id)
    if meter is None or meter["owner"] != user:
        raise HTTPException(404)
    return meter


@app.post("/signup", status_code=201)
def sign_up(user: User):
    token = secrets.token_hex(16)
    users[token] = next(numbers)
    return {"token": token}


@app.post("/meters", status_code=201)
def add(meter: Meter, user: int = Depends(caller)):
    number = next(numbers)
    meters[number] = {"id": number, "owner": user, "serial": meter.serial, "cents": 0}
    movements[number] = []
    return {"id": number}


@app.get("/meters/{meter_id}")
def read(meter_id: int, user: int = Depends(caller)):
    return own_meter(meter_id, user)


@app.post("/meters/{meter_id}/topups", status_code=201)
def top_up(meter_id: int, paid: TopUp, user: int = Depends(caller)):
    own_meter(meter_id, user)["cents"] += paid.cents
    movements[meter_id].append({"kind": "topup", "cents": paid.cents})
    return {"cents": meters[meter_id]["cents"]}


@app.get("/meters/{meter_id}/statement")
def statement(meter_id: int, user: int = Depends(caller)):
    return {"items": movements[meter_id] if meters.get(meter_id, {}).get("owner") == user else []}
