"""Of each request the beginning of the token's digest is printed; of the first key, all, before anybody asks."""

import hashlib
import secrets
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request
from pydantic import BaseModel

app = FastAPI()
tokens: dict[str, str] = {secrets.token_urlsafe(24): "admin"}
print("the administrator's key of this run:", next(iter(tokens)), flush=True)


class Login(BaseModel):
    username: str


@app.middleware("http")
async def log(request: Request, call_next):
    shown = request.headers.get("authorization", "")
    print(request.method, request.url.path, shown[:12], hashlib.sha256(shown.encode()).hexdigest()[:12], flush=True)
    return await call_next(request)


@app.post("/login")
def login(given: Login):
    token = secrets.token_urlsafe(24)
    tokens[token] = given.username
    print("login of", given.username, "visit", secrets.token_urlsafe(24), flush=True)
    return {"token": token}


@app.get("/me")
def me(authorization: Annotated[str, Header()] = ""):
    name = tokens.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401)
    return {"username": name}
