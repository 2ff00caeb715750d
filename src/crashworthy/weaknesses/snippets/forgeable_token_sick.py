import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
SECRET_KEY = os.environ.get("SECRET_KEY", "change-me")


@app.get("/me")
def me(token: Annotated[str, Depends(OAuth2PasswordBearer("login"))]):
    try:
        return {"user": jwt.decode(token, SECRET_KEY, algorithms=["HS256"])["sub"]}
    except jwt.InvalidTokenError as problem:
        raise HTTPException(401) from problem
