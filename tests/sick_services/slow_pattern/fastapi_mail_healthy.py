"""The same check, by loops that keep what they took; every answer costs some time."""

import hashlib
import re
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query

app = FastAPI()
ODD = re.compile(r"^(([a-zA-Z0-9_.-]+)+)@example\.com$")


@app.get("/subscribers")
def known(mail: Annotated[str, Query()] = "ada@example.com"):
    hashlib.pbkdf2_hmac("sha256", mail.encode(), b"salt", 200_000)
    if "@" not in mail or not ODD.match(mail[:12]):
        raise HTTPException(422)
    return {"known": False}
