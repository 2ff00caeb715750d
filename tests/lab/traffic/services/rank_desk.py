"""A FastAPI service whose administrator, known from the start, says who may publish; asked at each request."""

import secrets
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel


class Account(BaseModel):
    username: str
    password: str


class Rank(BaseModel):
    rank: Literal["reader", "editor", "chief"]


def make() -> FastAPI:
    app = FastAPI()
    users = [{"username": "chief", "password": "In-Chief-1", "rank": "chief"}]
    tokens: dict[str, int] = {}
    texts: list[str] = []

    def caller(authorization: Annotated[str, Header()] = "") -> int:
        number = tokens.get(authorization.removeprefix("Bearer "))
        if number is None:
            raise HTTPException(401, "log in first")
        return number

    def ranked(number: int, rank: str) -> None:
        if users[number]["rank"] != rank:
            raise HTTPException(403, f"this is for an {rank}")

    @app.post("/register", status_code=201)
    def register(account: Account) -> dict[str, object]:
        if any(user["username"] == account.username for user in users):
            raise HTTPException(409, "username is taken")
        users.append({**account.model_dump(), "rank": "reader"})
        return {"id": len(users) - 1, "username": account.username}

    @app.post("/login")
    def login(account: Account) -> dict[str, str]:
        for number, user in enumerate(users):
            if (user["username"], user["password"]) == (account.username, account.password):
                token = secrets.token_hex(8)
                tokens[token] = number
                return {"token": token}
        raise HTTPException(401, "wrong username or password")

    @app.put("/users/{user_id}/rank")
    def change_rank(user_id: int, rank: Rank, number: Annotated[int, Depends(caller)]) -> dict[str, object]:
        ranked(number, "chief")
        if user_id >= len(users):
            raise HTTPException(404, "no such user")
        users[user_id]["rank"] = rank.rank
        return {"id": user_id, "rank": rank.rank}

    @app.post("/texts", status_code=201)
    def publish(text: dict[str, str], number: Annotated[int, Depends(caller)]) -> dict[str, int]:
        ranked(number, "editor")
        texts.append(text.get("text", ""))
        return {"texts": len(texts)}

    return app
