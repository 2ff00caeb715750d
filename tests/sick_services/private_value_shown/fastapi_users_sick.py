"""The list of users is made of their rows, tokens among them."""

import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
users: list[dict[str, str]] = []


class User(BaseModel):
    username: str


def caller(authorization: Annotated[str, Header()] = "") -> dict[str, str]:
    token = authorization.removeprefix("Bearer ")
    for user in users:
        if user["token"] == token:
            return user
    raise HTTPException(401)


@app.post("/register", status_code=201)
def register(user: User):
    users.append({"username": user.username, "token": secrets.token_urlsafe(24)})
    return {"token": users[-1]["token"]}


@app.get("/me")
def me(user: Annotated[dict[str, str], Depends(caller)]):
    return {"username": user["username"]}


@app.get("/users")
def listed(user: Annotated[dict[str, str], Depends(caller)]):
    return users
