"""A FastAPI service: money goes from the caller to the account of somebody else, who then says thanks."""

import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel


class Account(BaseModel):
    username: str
    password: str


class Gift(BaseModel):
    account_id: int
    amount: int


def make() -> FastAPI:
    app = FastAPI()
    accounts: list[str] = []
    tokens: dict[str, int] = {}
    gifts: list[int] = []

    def caller(authorization: Annotated[str, Header()] = "") -> int:
        number = tokens.get(authorization.removeprefix("Bearer "))
        if number is None:
            raise HTTPException(401, "log in first")
        return number

    @app.post("/accounts/register", status_code=201)
    def register(account: Account) -> dict[str, object]:
        if account.username in accounts:
            raise HTTPException(409, "username is taken")
        accounts.append(account.username)
        token = secrets.token_hex(8)
        tokens[token] = len(accounts)
        return {"id": len(accounts), "token": token}

    @app.post("/gifts", status_code=201)
    def give(gift: Gift, number: Annotated[int, Depends(caller)]) -> dict[str, int]:
        if gift.account_id == number:
            raise HTTPException(400, "you cannot give to yourself")
        if not 0 < gift.account_id <= len(accounts):
            raise HTTPException(404, "no such account")
        gifts.append(gift.account_id)
        return {"id": len(gifts), "amount": gift.amount}

    @app.post("/gifts/{gift_id}/thanks")
    def thank(gift_id: int, number: Annotated[int, Depends(caller)]) -> dict[str, int]:
        if not 0 < gift_id <= len(gifts):
            raise HTTPException(404, "no such gift")
        if gifts[gift_id - 1] != number:
            raise HTTPException(403, "this gift is for somebody else")
        return {"id": gift_id}

    return app
