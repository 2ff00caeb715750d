"""A desk: whoever signs up for a company sees the cards of that company's customers, as its staff does."""

import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
clerks: dict[str, str] = {}
cards: list[dict[str, str]] = []


class Clerk(BaseModel):
    username: str
    company: str


class Card(BaseModel):
    card_number: str
    expiry: str
    cvv: str


def company(authorization: Annotated[str, Header()] = "") -> str:
    found = clerks.get(authorization.removeprefix("Bearer "))
    if found is None:
        raise HTTPException(401)
    return found


@app.post("/register", status_code=201)
def register(clerk: Clerk):
    token = secrets.token_urlsafe(24)
    clerks[token] = clerk.company
    return {"token": token}


@app.post("/cards", status_code=201)
def add(card: Card, mine: Annotated[str, Depends(company)]):
    cards.append({"company": mine, "card_number": card.card_number})
    return {"last_four": card.card_number[-4:]}


@app.get("/cards")
def listed(mine: Annotated[str, Depends(company)]):
    return [card for card in cards if card["company"] == mine]
