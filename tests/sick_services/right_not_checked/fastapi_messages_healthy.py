"""Messages are sent by administrators, and deleted by whom they were sent to."""

import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
PASSWORD = "first-admin-2020"
accounts = {"admin": PASSWORD}
tokens: dict[str, str] = {}
messages: dict[int, dict[str, object]] = {}


class Account(BaseModel):
    username: str
    password: str


class Message(BaseModel):
    to: str
    text: str


def caller(authorization: Annotated[str, Header()] = "") -> str:
    name = tokens.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401)
    return name


Caller = Annotated[str, Depends(caller)]


@app.post("/signup", status_code=201)
def signup(account: Account):
    accounts[account.username] = account.password
    return {"username": account.username}


@app.post("/login")
def login(account: Account):
    if accounts.get(account.username) != account.password:
        raise HTTPException(401)
    token = secrets.token_hex(16)
    tokens[token] = account.username
    return {"token": token}


@app.post("/messages", status_code=201)
def send(message: Message, name: Caller):
    if name != "admin":
        raise HTTPException(403)
    number = len(messages) + 1
    messages[number] = {"id": number, "to": message.to, "text": message.text}
    return messages[number]


@app.get("/messages")
def listing(name: Caller):
    return [each for each in messages.values() if each["to"] == name]


@app.delete("/messages/{message_id}", status_code=204)
def remove(message_id: int, name: Caller):
    if messages.get(message_id, {}).get("to") != name:
        raise HTTPException(404)
    del messages[message_id]
