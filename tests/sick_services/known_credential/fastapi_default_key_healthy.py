"""The example of a key in the source opens nothing."""

import os
import secrets
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
ADMIN_KEY = os.environ.get("ADMIN_KEY", "change-me")
if ADMIN_KEY == "change-me":
    ADMIN_KEY = secrets.token_urlsafe()
coupons: list[str] = []


@app.post("/coupons", status_code=201)
def add(x_admin_key: Annotated[str, Header()] = ""):
    if x_admin_key != ADMIN_KEY:
        raise HTTPException(403)
    coupons.append("ALL-FREE")
    return {"id": len(coupons)}
