import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
SECRET_KEY = os.environ["SECRET_KEY"]  # made by `openssl rand -hex 32`, different in each installation


@app.get("/me")
def me(token: Annotated[str, Depends(OAuth2PasswordBearer("login"))]):
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"], options={"require": ["sub", "exp"]})
    except jwt.InvalidTokenError as problem:
        raise HTTPException(401) from problem
    return {"user": claims["sub"]}
