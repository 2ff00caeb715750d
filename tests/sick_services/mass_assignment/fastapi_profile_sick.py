"""Every field of the body that the user has is set."""

import secrets
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Account(BaseModel):
    username: str
    balance: int = 0
    role: str = "user"


accounts: dict[str, Account] = {}


def own(authorization: str) -> Account:
    account = accounts.get(authorization.removeprefix("Bearer "))
    if account is None:
        raise HTTPException(401)
    return account


@app.post("/register", status_code=201)
def register(body: Annotated[dict[str, Any], Body()]):
    token = secrets.token_hex(16)
    accounts[token] = Account(username=body["username"])
    return {"token": token}


@app.patch("/me")
def change(body: Annotated[dict[str, Any], Body()], authorization: Annotated[str, Header()] = ""):
    account = own(authorization)
    for name, value in body.items():
        if name in Account.model_fields:
            setattr(account, name, value)
    return {"ok": True}


@app.get("/me")
def me(authorization: Annotated[str, Header()] = ""):
    return own(authorization)
